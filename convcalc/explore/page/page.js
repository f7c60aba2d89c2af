// Shows what convcalc answers. No number is worked out here: Python, in a worker, does all of that.
"use strict";

const one = (id) => document.getElementById(id);
const form = one("form"), shown = one("answer"), status = one("status");
let worker, ready, busy, waiting, slow, addressing;
let state = addressed(); // what is asked
let current = null; // the last answer

/** An element: its attributes, and inside it elements and texts. */
function make(name, attributes, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...inside);
  return element;
}

// ------------------------------------------------------------------------------------------ fields

function labelled(field, ...inside) {
  return make("div", {class: `field ${field.type}`}, make("label", {for: `f-${field.name}`}, field.label), ...inside);
}

function box(field, attributes) {
  return make("input", {
    type: "text", name: field.name, value: field.value, placeholder: field.usual || null,
    autocomplete: "off", spellcheck: "false", ...attributes,
  });
}

const FIELDS = {
  number(field) {
    const {name, min, max, words} = field;
    const list = words.length ? `w-${name}` : null;
    const slider = make("input", {type: "range", id: `f-${name}`, name, min, max, value: field.slider});
    const typed = box(field, {"aria-label": `${field.label}, typed`, list, inputmode: list ? null : "numeric"});
    const options = list ? [make("datalist", {id: list}, ...words.map((value) => make("option", {value})))] : [];
    return labelled(field, slider, typed, ...options);
  },
  text: (field) => labelled(field, box(field, {id: `f-${field.name}`})),
  area(field) {
    const attributes = {id: `f-${field.name}`, name: field.name, rows: field.lines, spellcheck: "false"};
    return labelled(field, make("textarea", attributes, field.value));
  },
  choice(field) {
    const options = field.options.map(([value, text]) =>
      make("option", {value, selected: value === field.value ? "" : null}, text));
    return labelled(field, make("select", {id: `f-${field.name}`, name: field.name}, ...options));
  },
};

/** What a form looks like apart from its values; where it stays the same, the form is kept. */
function outline(fields) {
  return JSON.stringify(fields.map(({value, slider, usual, ...field}) => field));
}

function showForm(fields) {
  if (!current || outline(current.fields) !== outline(fields)) {
    const held = document.activeElement?.id;
    form.replaceChildren(...fields.map((field) => FIELDS[field.type](field)));
    if (held && form.querySelector(`#${CSS.escape(held)}`)) one(held).focus();
    return;
  }
  for (const field of fields) {
    for (const input of form.querySelectorAll(`[name="${CSS.escape(field.name)}"]`)) {
      const value = input.type === "range" ? String(field.slider) : field.value;
      if (input.value !== value && input !== document.activeElement) input.value = value;
    }
  }
}

// ------------------------------------------------------------------------------------------- parts

function wide(caption, look, ...inside) {
  const table = make("table", {class: look}, make("caption", {}, caption), ...inside);
  return make("div", {class: "wide", role: "region", tabindex: "0", "aria-label": caption}, table);
}

const PARTS = {
  lines: ({look, lines}) => make("div", {class: `lines ${look}`}, ...lines.map((line) => make("p", {}, line))),
  error({problems}) {
    const items = problems.map(({text, line, column, start, end}) => {
      const place = line ? [make("button", {type: "button", "data-start": start, "data-end": end},
        `line ${line}, column ${column}`), " "] : [];
      return make("li", {}, ...place, make("span", {}, text));
    });
    return make("div", {class: "error", role: "alert"}, make("ul", {}, ...items));
  },
  rows: ({title, rows}) => wide(title, "rows", make("tbody", {}, ...rows.map(([name, ...texts]) =>
    make("tr", {}, make("th", {scope: "row"}, name), ...texts.map((text) => make("td", {}, text)))))),
  links: ({lead, links}) => make("p", {class: "links"}, make("span", {}, lead),
    ...links.map(([text, where]) => make("a", {href: `#${where}`}, text))),
  working: ({title, lines, open}) => make("details", {open: open ? "" : null},
    make("summary", {}, title), make("pre", {tabindex: "0"}, lines.join("\n"))),
  table({caption, headings, right, rows, total, asks}) {
    const look = (place) => (right[place] ? {class: "r"} : {});
    const cells = ([first, ...others], ask) => make("tr", {},
      make("th", {scope: "row"}, ask ? make("a", {href: `#${ask}`}, first) : first),
      ...others.map((text, place) => make("td", look(place + 1), text)));
    const heads = headings.map((text, place) => make("th", {scope: "col", ...look(place)}, text));
    return wide(caption, "data", make("thead", {}, make("tr", {}, ...heads)),
      make("tbody", {}, ...rows.map((row, place) => cells(row, asks[place]))),
      ...(total.length ? [make("tfoot", {}, cells(total))] : []));
  },
  figure({title, svg, about}) {
    // A picture that convcalc drew, in which every text is escaped; the page's policy runs no script in it.
    const drawn = document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true);
    return make("figure", {},
      make("div", {class: "wide", role: "region", tabindex: "0", "aria-label": `Picture: ${title}`}, drawn),
      make("figcaption", {}, about));
  },
};

function showAnswer(answer) {
  const opened = new Set([...shown.querySelectorAll("details[open] > summary")].map((each) => each.textContent));
  const held = shown.contains(document.activeElement) ? document.activeElement.textContent : null;
  const parts = answer.parts.map((part) => PARTS[part.type](part));
  for (const part of parts) {
    if (part.localName === "details" && opened.has(part.firstChild.textContent)) part.open = true;
  }
  one("parts").replaceChildren(...parts);
  one("headline").textContent = answer.headline || "This does not work yet";
  one("command").textContent = answer.command ?? "";
  one("commanded").hidden = !answer.command;
  one("link").href = `#${answer.address}`;
  one("linked").hidden = !answer.address;
  if (answer.view !== "file") for (const tab of document.querySelectorAll("nav a")) {
    tab.toggleAttribute("aria-current", false);
    if (tab.dataset.tab === answer.tab) tab.setAttribute("aria-current", "page");
  }
  if (held) [...shown.querySelectorAll("a, summary")].find((each) => each.textContent === held)?.focus();
}

function show(answer) {
  if (answer.view === "file") return showAnswer(answer); // one that cannot be read; the form stays
  showForm(answer.fields);
  showAnswer(answer);
  current = answer;
  if (!waiting) state = {view: answer.view, given: answer.given};
  shown.dataset.address = answer.address;
  document.title = `${answer.headline || answer.view} - convcalc`;
  clearTimeout(addressing); // browsers count how often an address changes
  addressing = setTimeout(() => {
    if (answer.address && `#${answer.address}` !== location.hash) history.replaceState(null, "", `#${answer.address}`);
  }, 200);
}

// ----------------------------------------------------------------------------- questions and answers

/** Asks, or puts the question in the place of the one that waits. */
function ask(question, file) {
  waiting = {question: JSON.stringify(question), file};
  send();
}

function send() {
  if (!ready || busy || !waiting) return;
  busy = true;
  slow = setTimeout(() => { one("stop").hidden = false; say("This takes a while."); }, 4000);
  worker.postMessage(waiting, waiting.file ? [waiting.file] : []);
  waiting = null;
}

function say(text) {
  status.textContent = text;
}

function heard({data}) {
  busy = false;
  clearTimeout(slow);
  one("stop").hidden = true;
  if (data.ready) {
    ready = true;
    waiting ??= {question: JSON.stringify(state)};
  } else if (data.fault) {
    say(ready ? `An error in convcalc: ${data.fault}. Please report it.` : `Python does not start: ${data.fault}`);
  } else {
    say("");
    document.body.dataset.python = "awake";
    show(JSON.parse(data.answer));
  }
  send();
}

/** What the address asks; the page's first example where it says nothing. */
function addressed() {
  const [view, values] = location.hash.slice(1).split("?", 2);
  if (!view) return START;
  return {view: decode(view), given: Object.fromEntries((values ?? "").split("&").filter(Boolean).map((pair) => {
    const [name, value] = pair.split("=", 2);
    return [decode(name), decode(value ?? "")];
  }))};
}

function decode(text) {
  try { return decodeURIComponent(text.replaceAll("+", " ")); } catch { return text; }
}

function wake() {
  const files = Object.fromEntries(FILES.map(([name, url]) =>
    [name, url ? {url: new URL(url, document.baseURI).href} : {text: one(`file-${name}`).textContent}]));
  ready = busy = false;
  worker = new Worker(URL.createObjectURL(new Blob([one("worker").textContent], {type: "text/javascript"})));
  worker.onmessage = heard;
  worker.onerror = (event) => say(`Python does not start: ${event.message ?? "this browser cannot run it"}`);
  worker.postMessage({files});
}

// -------------------------------------------------------------------------------------- what people do

form.addEventListener("input", ({target}) => {
  for (const twin of form.querySelectorAll(`[name="${CSS.escape(target.name)}"]`)) {
    if (twin !== target) twin.value = target.value;
  }
  if (target.name === "") state = {view: target.value, given: state.given, carried: true};
  else state = {view: state.view, given: {...state.given, [target.name]: target.value}, carried: target.name === "type"};
  ask(state);
});
form.addEventListener("submit", (event) => event.preventDefault());
shown.addEventListener("click", ({target}) => {
  const {start, end} = target.dataset;
  const editor = form.querySelector("textarea");
  if (!start || !editor) return;
  editor.focus();
  editor.setSelectionRange(start, end);
});
addEventListener("hashchange", () => {
  if (location.hash.slice(1) !== current?.address) ask(state = addressed());
});

async function read(file) {
  if (!file) return;
  document.activeElement?.blur(); // so that the form takes what the file says
  say(`Reading ${file.name}, on this machine.`);
  ask({view: "file", given: {name: file.name}}, await file.arrayBuffer());
}

one("open").addEventListener("change", ({target}) => { read(target.files[0]); target.value = ""; });
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => { event.preventDefault(); read(event.dataTransfer.files[0]); });
one("stop").addEventListener("click", () => { worker.terminate(); waiting = null; one("stop").hidden = true; say("Stopped; Python starts again."); wake(); });
addEventListener("beforeprint", () => { for (const each of document.querySelectorAll("#answer details")) each.open = true; });

say("Python is starting; this takes some seconds. Until then you see convcalc's first answer.");
wake();
