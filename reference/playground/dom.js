// Making elements. Text is always text: nothing of a document or an answer becomes markup.

/** An element with these attributes; a function is a listener, and what is false or absent is left out. */
export function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      made.addEventListener(key, value);
    } else if (value === true) {
      made.setAttribute(key, "");
    } else if (value !== false && value !== undefined && value !== null) {
      made.setAttribute(key, value);
    }
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export function button(text, attributes = {}) {
  return make("button", { type: "button", ...attributes }, text);
}

/** A field with its label above it. */
export function field(label, input, hint) {
  const described = hint && `${input.id}-hint`;
  if (described) {
    input.setAttribute("aria-describedby", described);
  }
  const note = hint && make("small", { id: described }, inline(hint));
  return make("div", { class: "field" }, make("label", { for: input.id }, label), input, note);
}

/** A choice among values, or among `[value, text]`. */
export function select(id, options, chosen, change) {
  const made = options.map((option) => {
    const [value, text] = Array.isArray(option) ? option : [option, option];
    return make("option", { value, selected: value === chosen }, text);
  });
  return make("select", { id, change: (event) => change(event.target.value) }, made);
}

/** Text with `{name}` filled in. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Paragraphs with **strong** words and `code`, and fenced blocks: the Markdown that the texts use. */
export function prose(text) {
  return text.split(/\n{2,}/).map((block) => {
    const fenced = /^```\w*\n([\s\S]*)\n```$/.exec(block);
    return fenced ? code(fenced[1]) : make("p", {}, inline(block));
  });
}

export function inline(text) {
  const parts = text.split(/(\*\*[^*]+\*\*|`[^`]+`)/);
  return parts.map((part) => {
    if (part.startsWith("**")) {
      return make("strong", {}, part.slice(2, -2));
    }
    return part.startsWith("`") ? make("code", {}, part.slice(1, -1)) : part;
  });
}

const TOKENS = /("(?:[^"\\]|\\.)*"(?=\s*:))|("(?:[^"\\]|\\.)*")|(\/\/.*)|\b(true|false|null|-?\d+(?:\.\d+)?)\b|\b(import|from|const|await|if|type|curl|return)\b/g;
const KINDS = ["name", "text", "remark", "value", "keyword"];

/** A block of code, with some colour. */
export function code(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(TOKENS)) {
    const kind = KINDS[match.slice(1).findIndex((group) => group !== undefined)];
    parts.push(text.slice(end, match.index), make("span", { class: kind }, match[0]));
    end = match.index + match[0].length;
  }
  return make("pre", {}, make("code", {}, parts, text.slice(end)));
}

/** A button that puts a text into the clipboard, and says that it has. */
export function copyButton(label, done, text, attributes = {}) {
  const made = button(label, {
    ...attributes,
    click: async () => {
      await navigator.clipboard.writeText(await text());
      made.textContent = done;
      setTimeout(() => {
        made.textContent = label;
      }, 2000);
    },
  });
  return made;
}

/** Tabs: arrow keys go from one to the next, as in the pattern of the ARIA authoring practices. */
export function tabs(id, label, entries, chosen, choose) {
  const current = entries.some(({ key }) => key === chosen) ? chosen : entries[0].key;
  const panel = make("div", { role: "tabpanel", id: `${id}-panel`, "aria-labelledby": `${id}-${current}` });
  const list = make("div", { role: "tablist", "aria-label": label, keydown: move });
  for (const { key, title, kind } of entries) {
    const attributes = { role: "tab", id: `${id}-${key}`, "aria-controls": `${id}-panel`, class: kind, click: () => show(key) };
    list.append(button(title, attributes));
  }
  function show(key, isFirst) {
    for (const tab of list.children) {
      const isChosen = tab.id === `${id}-${key}`;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
    }
    panel.setAttribute("aria-labelledby", `${id}-${key}`);
    panel.replaceChildren(...[entries.find((entry) => entry.key === key).content()].flat());
    if (!isFirst) {
      choose(key);
    }
  }
  function move(event) {
    const all = [...list.children];
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const here = all.indexOf(document.activeElement);
    const ends = { Home: 0, End: all.length - 1 };
    const next = event.key in steps ? (here + steps[event.key] + all.length) % all.length : ends[event.key];
    if (next !== undefined && here >= 0) {
      event.preventDefault();
      all[next].focus();
      all[next].click();
    }
  }
  show(current, true);
  return make("div", { class: "tabs" }, list, panel);
}
