"""What is measured within a page, as JavaScript that answers a list of what is wrong."""

# Colours, and what a thing stands on: what is half transparent is mixed with what is below it.
COLOURS = """
const parse = (text) => {
  const found = (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  return {rgb: found.slice(0, 3), alpha: found.length > 3 ? found[3] : 1};
};
const over = (top, bottom) =>
  top.rgb.map((value, i) => value * top.alpha + bottom[i] * (1 - top.alpha));
const luminance = (rgb) => {
  const [r, g, b] = rgb.map((value) => value / 255)
      .map((value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
};
const paper = matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18] : [255, 255, 255];
"""

# The page, pushed aside by what is too wide, and by what.
ASIDE = """(() => {
  const found = [];
  for (const page of document.querySelectorAll("html, #doc-content")) {
    const edge = page.getBoundingClientRect().left + page.clientWidth + 1;
    if (page.scrollWidth <= page.clientWidth + 1) continue;
    const wide = [...page.querySelectorAll("*")].map((one) =>
        [one, Math.round(one.getBoundingClientRect().right)]).filter((pair) => pair[1] > edge);
    found.push(`${page.scrollWidth} in ${page.clientWidth}: ` + wide.slice(0, 4).map((pair) =>
        `${pair[0].tagName}.${pair[0].className} to ${pair[1]}`).join("; "));
  }
  return found;
})()"""

# Words of the text that are too near to their background; once for each kind of element.
CONTRAST = "(() => {" + COLOURS + """
  const ground = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement)
      layers.push(parse(getComputedStyle(one).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), paper);
  };
  const found = {};
  const words = "article p, article li, article td, article th, article a, article code," +
      "article h1, article h2, article pre span, .sidebar-tree a, .toc-tree a," +
      ".contents p, .contents a, .contents td, .contents code, .contents .fragment span";
  for (const element of [...document.querySelectorAll(words)].slice(0, 4000)) {
    const own = [...element.childNodes].some((node) =>
        node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!own || !element.getClientRects().length) continue;
    if (element.matches(".headerlink, .permalink *")) continue;
    const below = ground(element);
    const ratio = contrast(over(parse(getComputedStyle(element).color), below), below);
    if (ratio >= %s) continue;
    const kind = `${element.tagName}.${element.className}`;
    found[kind] = `${kind} ${ratio.toFixed(1)}: ${element.textContent.slice(0, 30)}`;
  }
  return Object.values(found);
})()"""

# Where a document's text leads to within the site.
LINKS = """[...document.querySelectorAll("article a[href]")].map((one) => (
    {url: one.href, words: one.textContent.trim()})).filter((one) => one.url.startsWith("file:"))"""

# What a reader finds at the end of a link into the reference: the title, what stands at the anchor
# and whether it is in sight, the classes that are listed, the words of explanation.
FOUND = """(async () => {
  const at = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  const named = at && at.nextElementSibling;
  const isSeen = () => {
    const box = named.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight;
  };
  for (let frame = 0; named && !isSeen() && frame < 300; frame++)
    await new Promise((done) => setTimeout(done, 10));
  const text = (one) => one ? one.textContent.trim() : "";
  return {title: text(document.querySelector(".headertitle .title")),
          anchor: location.hash, named: text(named), isSeen: !named || isSeen(),
          classes: [...document.querySelectorAll(".memberdecls [class^='memitem:'] a.el")].filter(
              (one) => /(class|struct|union)edgewise/.test(one.getAttribute("href")) &&
                  !one.getAttribute("href").includes("#")).map(text),
          explained: text(document.querySelector(".contents > p, .contents > .textblock"))};
})()"""

PICTURES = """[...document.querySelectorAll("article img")].map((one) => ({url: one.src,
    alt: one.alt, width: one.naturalWidth, shown: one.getBoundingClientRect().width}))"""

# Words in an SVG against the shape that lies below them, or the paper.
PICTURE_TEXT = "(() => {" + COLOURS + """
  const shapes = [...document.querySelectorAll("path, polygon, rect, ellipse")].filter((one) =>
      getComputedStyle(one).fill !== "none");
  const found = [];
  for (const text of document.querySelectorAll("text")) {
    const at = text.getBoundingClientRect();
    const [x, y] = [at.left + at.width / 2, at.top + at.height / 2];
    const below = shapes.filter((one) => {
      const box = one.getBoundingClientRect();
      return box.left <= x && x <= box.right && box.top <= y && y <= box.bottom &&
          one.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
    }).reduce((ground, one) => {
      const style = getComputedStyle(one);
      const fill = parse(style.fill);
      return over({rgb: fill.rgb, alpha: fill.alpha * style.opacity}, ground);
    }, paper);
    const ratio = contrast(over(parse(getComputedStyle(text).fill), below), below);
    if (ratio < %s) found.push(`${ratio.toFixed(1)}: ${text.textContent}`);
  }
  return found;
})()"""
