// What a page must hold for everybody to be able to use it; gives a list of what does not.
() => {
  const found = [];
  const isVisible = (element) => element.getClientRects().length > 0 && getComputedStyle(element).visibility !== "hidden";
  const words = (element) => `${element.tagName.toLowerCase()}#${element.id || element.closest("[id]")?.id}: ${element.textContent.trim().slice(0, 40)}`;

  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((one, at) => ids.indexOf(one) !== at))) found.push(`two elements have the id ${id}`);
  for (const element of document.querySelectorAll("[aria-describedby], [aria-labelledby], [aria-controls], label[for]")) {
    for (const name of ["aria-describedby", "aria-labelledby", "aria-controls", "for"]) {
      for (const id of (element.getAttribute(name) ?? "").split(" ").filter(Boolean)) {
        if (!document.getElementById(id)) found.push(`${name} leads nowhere: ${id}`);
      }
    }
  }

  for (const group of document.querySelectorAll("fieldset")) {
    if (!group.querySelector(":scope > legend")?.textContent.trim()) found.push(`a group without a legend: ${words(group)}`);
  }

  // Contrast of text, as WCAG 2 computes it.
  const rgba = (colour) => colour.match(/[\d.]+/g).map(Number);
  const linear = (part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const [r, g, b, a = 1] = rgba(getComputedStyle(one).backgroundColor);
      if (a > 0.99) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !isVisible(element) || ["SCRIPT", "NOSCRIPT", "OPTION"].includes(element.tagName)) continue;
    const [light, dark] = [luminance(rgba(getComputedStyle(element).color)), luminance(behind(element))].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) found.push(`contrast ${ratio.toFixed(2)}: ${words(element)}`);
  }

  // Everything to press is large enough for a finger; a link inside running text need not be.
  for (const element of document.querySelectorAll("button, select, textarea, summary, .option, .button, #findings [data-jump], input:not([type=checkbox], [type=radio], [type=hidden])")) {
    const box = element.getBoundingClientRect();
    if (isVisible(element) && box.height < 43.5) found.push(`only ${box.height} high: ${words(element)}`);
  }

  let before = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5")) {
    const rank = Number(heading.tagName[1]);
    if (isVisible(heading) && rank > before + 1) found.push(`a heading is left out before ${words(heading)}`);
    if (isVisible(heading)) before = rank;
  }
  const width = document.documentElement.scrollWidth;
  if (width > innerWidth) found.push(`the page is ${width} wide in a window of ${innerWidth}`);
  return found;
}
