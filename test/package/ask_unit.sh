# Runs in the Debian that clean_root starts: is the unit's sandbox one that edgewise-serve works in?
set -euo pipefail
trap 'journalctl --no-pager -o cat -n 40 || true' ERR
mkdir -p /srv/www
echo 'a file' >/srv/www/file.txt
arguments=(--listen=http://127.0.0.1:8080 --listen=line+unix:///run/edgewise-serve/line --threads=2
  --root=/srv/www --access_log=/var/log/edgewise-serve/log)
echo "ARGUMENTS=${arguments[*]}" >/etc/default/edgewise-serve
systemctl start edgewise-serve
python3 - <<'PYTHON'
import socket, time, urllib.request
for _ in range(200):
    try:
        assert urllib.request.urlopen("http://127.0.0.1:8080/file.txt").read() == b"a file\n"
        break
    except OSError as why:
        last = why
        time.sleep(0.05)
else:
    raise SystemExit(f"nobody answers: {last}")
peer = socket.socket(socket.AF_UNIX)
peer.connect("/run/edgewise-serve/line")
peer.sendall(b"line\n")
assert peer.recv(100) == b"line\n"
PYTHON
systemctl show edgewise-serve -p ActiveState -p NRestarts -p User
systemctl stop edgewise-serve
systemctl show edgewise-serve -p Result -p ExecMainStatus
[[ "$(systemctl show edgewise-serve -p Result)" == Result=success ]]
grep -q 'GET /file.txt' /var/log/edgewise-serve/log
echo "the unit serves and drains"
