// Pictures and the reference follow the system's scheme, dark or light, and so do the pages: what
// another site of this theme may have stored for the same origin does not count.
document.addEventListener("DOMContentLoaded", () => { document.body.dataset.theme = "auto"; });
