// Search by name, path or code: Ctrl-K, as everywhere.

import { make } from "./dom.js";
import { codesOf } from "./document.js";

const SHOWN = 12;

/** Opens the search; a choice goes where its link leads. */
export function openSearch(app) {
  const { words, language } = app;
  const all = entriesOf(app);
  const list = make("ul", { role: "listbox", id: "found", "aria-label": words.search });
  const input = make("input", {
    id: "search-input",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "found",
    "aria-autocomplete": "list",
    "aria-label": words.search,
    placeholder: words.searchFor,
    autocomplete: "off",
    spellcheck: "false",
    input: () => show(),
    keydown: (event) => move(event),
  });
  const nothing = make("p", { role: "status", class: "note" });
  const dialog = make("dialog", { id: "search-dialog", "aria-label": words.search, close: () => dialog.remove() }, input, list, nothing);
  let chosen = 0;

  function show() {
    const parts = folded(input.value, language).split(/\s+/);
    const found = all.filter(({ text }) => parts.every((part) => text.includes(part))).slice(0, SHOWN);
    const items = found.map(({ title, detail, link }, index) => {
      const attributes = { role: "option", id: `found-${index}`, "data-link": link, click: () => go(link) };
      return make("li", attributes, make("strong", {}, title), " ", make("span", {}, detail));
    });
    list.replaceChildren(...items);
    nothing.textContent = items.length > 0 ? "" : words.nothingFound;
    choose(0);
  }
  function choose(index) {
    chosen = index;
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === index)));
    const item = list.children[index];
    item?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", item?.id ?? "");
  }
  function move(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    const count = list.children.length;
    if (event.key in steps && count > 0) {
      event.preventDefault();
      choose((chosen + steps[event.key] + count) % count);
    } else if (event.key === "Enter" && count > 0) {
      event.preventDefault();
      go(list.children[chosen].dataset.link);
    }
  }
  function go(link) {
    dialog.close();
    location.assign(link);
  }

  document.body.append(dialog);
  dialog.showModal();
  show();
}

function entriesOf({ operations, words, language }) {
  const entries = operations.map(({ id, summary, method, path }) => ({ title: summary, detail: `${method} ${path}`, more: id, link: `#${id}` }));
  const codes = codesOf(operations).map(({ code, status, about }) => ({ title: code, detail: `${status} · ${about}`, more: "", link: `errors/${code}.html` }));
  const pages = [{ title: words.conventions, detail: "", more: "conventions", link: "#conventions" }];
  return [...entries, ...codes, ...pages].map((entry) => ({ ...entry, text: folded(`${entry.title} ${entry.detail} ${entry.more}`, language) }));
}

/** Without case, and without the dots that people leave out. */
const folded = (text, { tag }) => text.trim().toLocaleLowerCase(tag).normalize("NFD").replace(/\p{M}/gu, "").replaceAll("ı", "i");
