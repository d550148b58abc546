// Pictures and the reference follow the system's scheme, dark or light, and so do the pages: what
// another site of this theme may have stored for the same origin does not count.
document.addEventListener("DOMContentLoaded", () => { document.body.dataset.theme = "auto"; });

// Names in tables may break where their parts meet.
document.addEventListener("DOMContentLoaded", () => {
  for (const code of document.querySelectorAll("article td code")) {
    for (const text of [...code.querySelectorAll("*"), code].flatMap((e) => [...e.childNodes])) {
      if (text.nodeType !== Node.TEXT_NODE) continue;
      const parts = text.data.split(/(?<=::|[_\/]|[a-z0-9]-)(?=\w)/);
      text.replaceWith(...parts.flatMap((part, i) => i ? [document.createElement("wbr"), part]
                                                       : [part]));
    }
  }
});
