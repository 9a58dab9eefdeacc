// All of the page can be read without this. With it, a node of the tree shows its card beside the tree.
"use strict";
const dialog = document.createElement("dialog");
const place = document.createComment("");
const close = document.createElement("button");
close.textContent = "Close";
close.onclick = () => dialog.close();
dialog.append(close);
dialog.onclose = () => place.replaceWith(dialog.querySelector(".card"));
dialog.onclick = (event) => (event.target === dialog || event.target.closest("p > a[href^='#']")) && dialog.close();
document.body.append(dialog);
document.querySelector(".tree")?.addEventListener("click", (event) => {
  const node = event.target.closest("a.node");
  const card = node && document.getElementById(node.getAttribute("href").slice(1));
  if (!card || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  card.replaceWith(place);
  dialog.append(card);
  dialog.setAttribute("aria-labelledby", `name-${card.id}`);
  dialog.showModal();
});
// One sound at a time.
document.addEventListener("play", (event) => {
  for (const other of document.querySelectorAll("audio, video")) if (other !== event.target) other.pause();
}, true);
// Browsers that do not open what a link leads into by themselves.
const reveal = () => document.getElementById(decodeURIComponent(location.hash.slice(1)))?.closest("details")?.setAttribute("open", "");
addEventListener("hashchange", reveal);
reveal();
