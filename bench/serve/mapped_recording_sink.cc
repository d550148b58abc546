#include "bench/serve/mapped_recording_sink.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "reactor/kernel/error.h"
#include "reactor/kernel/text.h"

namespace edgewise {

absl::StatusOr<std::unique_ptr<MappedRecordingSink>> MappedRecordingSink::Open(
    std::string_view path, std::uint64_t file_bytes_max) {
  const std::string name(path);
  const int file = open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    const auto error = static_cast<Error>(errno);
    return absl::InvalidArgumentError(
        AbslView("the recording " + name + " cannot be made: " + ErrorText(error)));
  }
  return std::make_unique<MappedRecordingSink>(file, file_bytes_max);
}

MappedRecordingSink::~MappedRecordingSink() {
  Unmap();
  if (ftruncate(file_, static_cast<off_t>(used_)) != 0) std::perror("edgewise: the recording");
  close(file_);
}

void MappedRecordingSink::Write(std::string_view head, std::string_view bytes) {
  const std::size_t size = head.size() + bytes.size();
  if (broken_off_ || size == 0) return;
  if (used_ + size > window_at_ + window_bytes_ && !Move(size)) {
    broken_off_ = true;
    return;
  }
  char* const at = window_ + (used_ - window_at_);
  std::copy(head.begin() + 1, head.end(), at + 1);
  std::copy(bytes.begin(), bytes.end(), at + head.size());
  // Between this process and the file there is only its own order of stores.
  std::atomic_signal_fence(std::memory_order_release);
  *at = head.front();
  used_ += size;
}

bool MappedRecordingSink::Move(std::size_t size) {
  Unmap();
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  const std::uint64_t at = used_ / page * page;
  const std::size_t wanted = std::max(kWindowBytes, static_cast<std::size_t>(used_ - at) + size);
  if (at + wanted > file_bytes_max_) {
    std::fprintf(stderr, "edgewise: the recording breaks off here: it is as long as it may be\n");
    return false;
  }
  int error = posix_fallocate(file_, static_cast<off_t>(at), static_cast<off_t>(wanted));
  void* mapped = MAP_FAILED;
  if (error == 0) {
    mapped =
        mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_SHARED, file_, static_cast<off_t>(at));
    error = mapped == MAP_FAILED ? errno : 0;
  }
  if (error != 0) {
    std::fprintf(stderr, "edgewise: the recording breaks off here: %s\n",
                 ErrorText(static_cast<Error>(error)).c_str());
    return false;
  }
  window_ = static_cast<char*>(mapped);
  window_at_ = at;
  window_bytes_ = wanted;
  return true;
}

void MappedRecordingSink::Unmap() {
  if (window_ != nullptr) munmap(window_, window_bytes_);
  window_ = nullptr;
  window_bytes_ = 0;
}

}  // namespace edgewise
