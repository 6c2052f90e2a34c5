"use strict";
// Changing the issue: every act is a POST with the editor's name; the page then follows the rebuilt issue by itself.

const day = document.body.dataset.date;
const said = document.getElementById("said");
const by = document.querySelector("#who input[name=by]");
let openKey = null;
let pairing = null; // {act, key}: the next row chosen is the other story
let standing = null; // the story that keeps the focus when the list is made anew

try { by.value = localStorage.getItem("desk-name") || ""; } catch { /* a private window keeps nothing */ }
by.addEventListener("change", () => {
  try { localStorage.setItem("desk-name", by.value); } catch { /* as above */ }
});

function say(text, bad = false) {
  said.textContent = text;
  said.classList.toggle("bad", bad);
}

async function post(act, wish, done) {
  if (!by.value.trim()) {
    say("Say who you are first: every change is kept with a name.", true);
    by.focus();
    return false;
  }
  say("One moment …");
  try {
    const answer = await fetch(`/act/${day}/${act}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ by: by.value, ...wish }),
    });
    const found = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      say([found.error || "That did not work.", found.todo].filter(Boolean).join(" "), true);
      return false;
    }
    if (found.html_sha256) document.querySelector("[data-sha]").dataset.sha = found.html_sha256;
    say(typeof done === "function" ? done(found) : done);
    return true;
  } catch {
    say("The desk does not answer; is `newsletter preview` still running?", true);
    return false;
  }
}

const seen = () => document.querySelector("[data-sha]").dataset.sha;
const edit = (change, done) => post("edit", { change, seen: seen() }, done);
const rows = (section) => [...document.querySelectorAll(`li.row[data-section="${section}"]`)];

function put(row, section, index) {
  standing = row.dataset.key;
  return edit({ kind: "put", story: row.dataset.key, section, index }, "Changed.");
}

document.addEventListener("desk:fresh", () => {
  const row = standing && document.querySelector(`li.row[data-key="${CSS.escape(standing)}"]`);
  if (row && !document.activeElement.closest("input, textarea, select")) row.focus();
  if (openKey) open(openKey, false);
  changes();
});

async function open(key, move = true) {
  const place = document.getElementById("opened");
  const typing = !move && place.contains(document.activeElement) && document.activeElement.closest("textarea");
  if (typing) return; // what is being typed is not taken away; saving it brings the rest
  const answer = await fetch(`/story/${day}/${encodeURIComponent(key)}`, { cache: "no-store" });
  openKey = answer.ok ? key : null;
  place.innerHTML = answer.ok ? await answer.text() : "<p class=none>That story is not told in this issue.</p>";
  if (move) {
    choose("lineup");
    place.focus();
    place.scrollIntoView({ block: "nearest" });
  }
}

async function changes() {
  if (!document.querySelector("input[name=view][value=changes]").checked) return;
  const answer = await fetch(`/changes/${day}`, { cache: "no-store" });
  if (answer.ok) document.getElementById("changes").innerHTML = await answer.text();
}

function choose(view) {
  const input = document.querySelector(`input[name=view][value=${view}]`);
  input.checked = true;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function first(row, act, text) {
  pairing = { act, key: row.dataset.key };
  row.classList.add("first");
  say(`${text} Escape leaves it.`);
}

function unpair() {
  pairing = null;
  document.querySelectorAll(".row.first").forEach((one) => one.classList.remove("first"));
}

function second(row) {
  const { act, key } = pairing;
  unpair();
  if (row.dataset.key === key) return say("Left as it is.");
  standing = key;
  return edit({ kind: act, story: key, other: row.dataset.key }, act === "swap" ? "Exchanged." : "Made one story.");
}

const onRow = {
  up: (row) => put(row, row.dataset.section, Math.max(0, row.dataset.index - 1)),
  down: (row) => put(row, row.dataset.section, Number(row.dataset.index) + 1),
  pin: (row) => put(row, row.dataset.section, Number(row.dataset.index)),
  main: (row) => put(row, "main", rows("main").length),
  brief: (row) => put(row, "brief", rows("brief").length),
  out: (row) => put(row, "out", 0),
  open: (row) => open(row.dataset.key),
  swap: (row) => first(row, "swap", "Now choose the story to exchange it with (Enter, or a press)."),
  merge: (row) => first(row, "merge", "Now choose the story that is the same one (Enter, or a press)."),
};

function sentence(form, text) {
  const { place, side, said: before, evidence } = form.dataset;
  const change = {
    kind: "reword", story: openKey, place, side: side || null, text, said: before, evidence: JSON.parse(evidence),
  };
  document.activeElement.blur();
  return edit(change, text ? "Saved." : "Taken out.");
}

async function articles(form, act) {
  const chosen = [...form.querySelectorAll("input[name=article]:checked")].map((box) => box.value);
  if (!chosen.length) return say("Tick the articles first.", true);
  if (act === "split") return edit({ kind: "split", story: openKey, articles: chosen }, "Split off.");
  for (const article of chosen) {
    if (!(await edit({ kind: "move", article, story: form.elements.to.value }, "Moved."))) return false;
  }
  return true;
}

const anywhere = {
  undo: (button) => post("undo", button.dataset.number ? { number: Number(button.dataset.number) } : {},
    (found) => (found.done ? "Taken back." : "There is nothing to take back.")),
  redo: () => post("redo", {}, (found) => (found.done ? "Brought back." : "There is nothing to bring back.")),
  unapprove: () => post("unapprove", {}, "The approval is taken back."),
  cut: (button) => sentence(button.form, ""),
  split: (button) => articles(button.form, "split"),
  move: (button) => articles(button.form, "move"),
  open: (button) => open(button.dataset.key),
};

document.addEventListener("click", (event) => {
  const goto = event.target.closest("[data-goto]");
  if (goto) {
    event.preventDefault();
    choose("both");
    for (const frame of document.querySelectorAll(".view-both iframe")) {
      frame.contentDocument?.getElementById(goto.dataset.goto)?.scrollIntoView();
    }
    return;
  }
  const row = event.target.closest("li.row");
  if (pairing && row) {
    second(row);
    return;
  }
  const button = event.target.closest("[data-do]");
  if (!button) return;
  if (row && onRow[button.dataset.do]) onRow[button.dataset.do](row);
  else anywhere[button.dataset.do]?.(button);
});

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const given = new FormData(form);
  if (form.classList.contains("new")) {
    const [place, side] = given.get("where").split(" ");
    const text = given.get("text");
    document.activeElement.blur();
    edit({ kind: "reword", story: openKey, place, side: side || null, text }, "Added.");
  } else if (form.classList.contains("sentence")) {
    sentence(form, given.get("text"));
  } else if (form.dataset.act === "approve") {
    const wish = { overrides: given.getAll("overrides"), reason: given.get("reason") || "", seen: seen() };
    post("approve", wish, "Approved: these very bytes may go.");
  } else if (form.dataset.act === "test") {
    post("test", { to: given.get("to") }, (found) => `One test mail was handed to ${found.provider}.`);
  } else if (form.dataset.act === "halt" && confirm("Stop this mailing for good?")) {
    post("halt", { reason: given.get("reason") }, (found) =>
      `Halted: ${found.stopped} spared, ${found.reached} reached, ${found.perhaps} perhaps, ` +
      `${found.queued} still to be cancelled.`);
  }
});

const KEYS = { k: "up", j: "down", p: "pin", m: "main", b: "brief", d: "out", s: "swap", g: "merge", e: "open" };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([name=view]), textarea, select")) return;
  const row = event.target.matches("li.row") ? event.target : null;
  if (event.key === "Escape" && pairing) {
    unpair();
    say("Left as it is.");
  } else if (event.key === "Enter" && pairing && row) {
    second(row);
  } else if (event.key === "z" || event.key === "y") {
    document.querySelector(`#who [data-do=${event.key === "z" ? "undo" : "redo"}]:not([disabled])`)?.click();
  } else if (row && KEYS[event.key]) {
    event.preventDefault();
    row.querySelector(`[data-do=${KEYS[event.key]}]:not([disabled])`)?.click();
  } else if (row && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    const all = [...document.querySelectorAll("li.row")];
    all[all.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  }
});

let dragged = null;
const at = (event, selector) => {
  // Where text is selected, the target of a drag is that text.
  const element = event.target.closest ? event.target : event.target.parentElement;
  return element?.closest(selector);
};
document.addEventListener("dragstart", (event) => { dragged = at(event, "li.row[draggable]"); });
document.addEventListener("dragend", () => { dragged = null; });
document.addEventListener("dragover", (event) => {
  if (dragged && at(event, ".shelf[data-section]")) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const shelf = at(event, ".shelf[data-section]");
  if (!dragged || !shelf || shelf.dataset.section === "blindspot") return;
  event.preventDefault();
  const onto = at(event, "li.row");
  put(dragged, shelf.dataset.section, onto ? Number(onto.dataset.index) : rows(shelf.dataset.section).length);
  dragged = null;
});

document.addEventListener("change", (event) => {
  if (event.target.value === "changes" && event.target.name === "view") changes();
});
