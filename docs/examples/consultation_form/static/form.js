// The live form. What is on the page is the only copy of the answers; the server screens them and forgets them.
"use strict";

const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const columns = find("[data-page]");
const carrier = find("#carrier");
const isBlank = (answer) => answer === undefined || answer === "" || (Array.isArray(answer) && answer.length === 0);

// --- answers, by question id

function answerOf(field) {
  const input = find("input, select, textarea", field);
  switch (field.dataset.kind) {
    case "choices": return all("input:checked", field).map((box) => box.value);
    case "choice": return input.type === "radio" ? find("input:checked", field)?.value ?? "" : input.value;
    case "names": return input.value.split("\n").map((line) => line.trim()).filter(Boolean);
    case "entries": return filledRows(field).map(({ entry }) => entry);
    case "number": return numberIn(input.value.trim());
    default: return input.value.trim();
  }
}

// What is no number is sent as it is written, so that the server says so; it is never dropped.
function numberIn(text) {
  const number = Number(text.replace(",", "."));
  return text === "" || Number.isNaN(number) ? text : number;
}

function filledRows(entries) {
  return all("[data-row]", entries).map((row) => ({ row, entry: collect("key", row) })).filter(({ entry }) => Object.keys(entry).length > 0);
}

function collect(by, within) {
  const answers = {};
  for (const field of all(`[data-${by}]`, within)) {
    const answer = field.closest("[hidden]") ? "" : answerOf(field);
    if (!isBlank(answer)) answers[field.dataset[by]] = answer;
  }
  return answers;
}

function state() {
  const held = JSON.parse(carrier.elements.state.value);
  if (!columns) return held;
  held[columns.dataset.page === "plan" ? "plan" : "answers"] = collect("question", find("#answers"));
  return held;
}

// --- follow-ups: shown only while the answer that opens them is given; what is hidden is not kept

function showFollowUps() {
  for (const follower of all("#answers [data-opens]")) {
    const { opens, value } = follower.dataset;
    const row = follower.closest("[data-row]");
    const opener = row ? find(`[data-key="${opens}"]`, row) : document.getElementById(opens);
    const answer = opener.closest("[hidden]") ? "" : answerOf(opener);
    const isOpen = value === "" ? !isBlank(answer) : [answer].flat().includes(value);
    if (!isOpen && !follower.hidden) clear(follower);
    follower.hidden = !isOpen;
  }
}

function clear(within) {
  for (const box of all("input[type=checkbox], input[type=radio]", within)) box.checked = false;
  for (const input of all("input:not([type=checkbox], [type=radio]), select, textarea", within)) input.value = "";
  for (const row of all("[data-row]", within).slice(1)) row.remove();
}

// "None" and "not sure" stand alone.
function excludeOthers(box) {
  const isAlone = (one) => one.value === "none" || one.value === "unsure";
  for (const other of all("input:checked", box.closest("[data-kind]"))) {
    if (other !== box && (isAlone(box) || isAlone(other))) other.checked = false;
  }
}

// --- live screening: a late answer never overwrites a newer one

let latest = 0;
let running = new AbortController();
let waiting = 0;

async function screen() {
  clearTimeout(waiting);
  running.abort();
  running = new AbortController();
  const number = ++latest;
  columns.dataset.state = "checking";
  let status, told;
  try {
    const response = await fetch(columns.dataset.screen, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(state()), signal: running.signal,
    });
    status = response.status;
    told = status === 200 || status === 422 ? await response.json() : null;
  } catch (error) {
    if (error.name === "AbortError") return;
    told = null;
  }
  if (number !== latest) return;
  showErrors(told?.errors ?? []);
  if (status === 200 && told) showPanel(told);
  else showTrouble(told ? columns.dataset.refused : columns.dataset.failed, !told);
}

function screenSoon() {
  clearTimeout(waiting);
  columns.dataset.state = "checking";
  waiting = setTimeout(screen, 350);
}

function showPanel(told) {
  const findings = find("#findings");
  const opened = all("details[open]", findings).map((one) => one.id);
  findings.innerHTML = told.panel;
  for (const one of all("details", findings)) one.open = opened.includes(one.id);
  const headline = find("#headline");
  if (headline.textContent !== told.headline) headline.textContent = told.headline;
  headline.dataset.outcome = told.outcome;
  find("#trouble").hidden = true;
  columns.dataset.state = "current";
  for (const list of all("[data-marks]")) {
    list.replaceChildren(...(told.marks[list.dataset.marks] ?? []).map((mark) => {
      const item = document.createElement("li");
      item.className = `${mark.level} ${mark.status}`;
      item.textContent = mark.text;
      return item;
    }));
  }
}

function showTrouble(text, isFailure) {
  const trouble = find("#trouble");
  find("p", trouble).textContent = text;
  find("[data-again]", trouble).hidden = !isFailure;
  trouble.hidden = false;
  columns.dataset.state = "stale";
}

function showErrors(errors) {
  for (const note of all(".error")) note.hidden = true;
  for (const wrong of all("[aria-invalid]")) wrong.removeAttribute("aria-invalid");
  for (const { at, text } of errors) {
    const [id, number, key] = at.split("/").slice(1);
    const question = document.getElementById(id);
    if (!question) continue;
    const row = question.dataset.kind === "entries" ? filledRows(question)[number]?.row : null;
    const field = row ? find(`[data-key="${key ?? "name"}"]`, row) : question;
    const note = document.getElementById(`${field.id}-error`);
    note.textContent = text;
    note.hidden = false;
    (field.dataset.kind === "choices" || field.dataset.kind === "entries" ? field : find("input, select, textarea", field)).setAttribute("aria-invalid", "true");
  }
}

// --- what the reader does

function changed(target) {
  if (target.type === "checkbox") excludeOthers(target);
  const button = find("[data-clear]", target.closest("[data-kind]"));
  if (button) button.hidden = false;
  showFollowUps();
}

// On a tablet the panel is a sheet at the bottom.
function openPanel(isOpen) {
  const toggle = find("[data-toggle]");
  columns.classList.toggle("panel-open", isOpen);
  toggle.setAttribute("aria-expanded", isOpen);
  toggle.textContent = isOpen ? toggle.dataset.hide : toggle.dataset.show;
}

function jumpTo(id) {
  const question = document.getElementById(id);
  openPanel(false);
  question.scrollIntoView({ block: "center" });
  (find("input, select, textarea", question) ?? question).focus({ preventScroll: true });
}

// Put a suggested name where the unrecognised one stands.
function suggest({ in: id, insteadOf, suggest: name }) {
  for (const input of all("input[type=text], textarea", find(`#${CSS.escape(id)}`).closest("[data-item]"))) {
    const lines = input.value.split("\n");
    if (!lines.some((line) => line.trim() === insteadOf)) continue;
    input.value = lines.map((line) => (line.trim() === insteadOf ? name : line)).join("\n");
    jumpTo(id);
    input.focus();
  }
  screen();
}

function addRow(entries) {
  const number = Number(entries.dataset.last ?? all("[data-row]", entries).length) + 1;
  entries.dataset.last = number;
  const rows = find("[data-rows]", entries);
  rows.insertAdjacentHTML("beforeend", find("template", entries).innerHTML.replaceAll("__n__", number));
  find("input", rows.lastElementChild).focus();
}

function removeRow(row) {
  const entries = row.closest("[data-kind=entries]");
  if (all("[data-row]", entries).length === 1) clear(row);
  else row.remove();
  find("[data-add]", entries).focus();
  showFollowUps();
  screen();
}

const does = {
  jump: (it) => jumpTo(it.dataset.jump),
  suggest: (it) => suggest(it.dataset),
  add: (it) => addRow(it.closest("[data-kind]")),
  remove: (it) => removeRow(it.closest("[data-row]")),
  again: () => screen(),
  print: () => window.print(),
  clear: (it) => {
    clear(it.closest("[data-kind]"));
    find("input", it.closest("[data-kind]")).focus();
    it.hidden = true;
    showFollowUps();
    screen();
  },
  toggle: () => openPanel(!columns.classList.contains("panel-open")),
};

document.addEventListener("click", (event) => {
  for (const [name, act] of Object.entries(does)) {
    const it = event.target.closest(`[data-${name}]`);
    if (!it) continue;
    event.preventDefault();
    act(it);
  }
});

let isLeaving = false;
carrier?.addEventListener("submit", () => {
  carrier.elements.state.value = JSON.stringify(state());
  isLeaving = true;
});

if (columns) {
  const answers = find("#answers");
  answers.addEventListener("submit", (event) => event.preventDefault());
  // A date or a number half written is no answer yet; a name is looked up while it is typed.
  answers.addEventListener("input", (event) => {
    if (event.target.matches("textarea, input[type=text]:not(.short)")) screenSoon();
  });
  answers.addEventListener("change", (event) => {
    changed(event.target);
    screen();
  });
  // The page is the only copy of the answers.
  window.addEventListener("beforeunload", (event) => {
    if (!isLeaving && Object.keys(collect("question", answers)).length > 0) event.preventDefault();
  });
  window.addEventListener("pageshow", () => {
    isLeaving = false;
    showFollowUps();
    screen();
  });
}
