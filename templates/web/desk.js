"use strict";
// The preview follows every edit without losing the chosen view or where its reader was.

const frames = () => [...document.querySelectorAll("iframe")];

function openLinksOutside(frame) {
  // Links of the mail open beside the preview; the bytes that were loaded stay as they are.
  const inside = frame.contentDocument;
  if (!inside) return;
  for (const link of inside.querySelectorAll("a[href]:not([href^='#'])")) {
    link.target = "_blank";
    link.rel = "noopener";
  }
}

function reload(frame) {
  const y = frame.contentWindow.scrollY;
  frame.addEventListener("load", () => frame.contentWindow.scrollTo(0, y), { once: true });
  frame.contentWindow.location.replace(frame.src);
}

async function refresh() {
  const answer = await fetch(location.href, { cache: "no-store" });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const parts = [...document.querySelectorAll("[data-live]")];
  if (!parts.length || !fresh.querySelector("[data-live]")) {
    location.reload();
    return;
  }
  for (const part of parts) {
    part.innerHTML = fresh.querySelector(`[data-live="${part.dataset.live}"]`).innerHTML;
  }
  const sha = fresh.querySelector("[data-sha]");
  if (sha) document.querySelector("[data-sha]").dataset.sha = sha.dataset.sha;
  document.title = fresh.title;
  document.dispatchEvent(new Event("desk:fresh"));
  if (!showProblem()) frames().forEach(reload);
}

function showProblem() {
  const broken = !!document.querySelector(".problem");
  document.getElementById("views")?.classList.toggle("broken", broken);
  return broken;
}

for (const frame of frames()) frame.addEventListener("load", () => openLinksOutside(frame));
showProblem();

let known = null;
const source = new EventSource("/events");
source.addEventListener("here", (event) => {
  // After a pause (the preview was started anew) what is shown may be old.
  if (known !== null) refresh();
  known = event.data;
});
source.addEventListener("change", refresh);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([name=view]), textarea, select, li.row")) return;
  const views = [...document.querySelectorAll("input[name=view]")];
  if (event.key >= "1" && event.key <= String(views.length)) {
    views[event.key - 1].checked = true;
    views[event.key - 1].focus();
  } else if (event.target.name !== "view" && event.key === "ArrowLeft") {
    document.getElementById("earlier")?.click();
  } else if (event.target.name !== "view" && event.key === "ArrowRight") {
    document.getElementById("later")?.click();
  }
});
