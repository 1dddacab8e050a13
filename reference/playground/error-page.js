// A page about a code has every language. This shows the reader's, and buttons for the others.

import { button } from "./dom.js";

const REMEMBERED = "nameplate-language";
const NAMES = { en: "English", tr: "Türkçe" };
const parts = [...document.querySelectorAll("main > section")];
const tags = parts.map(({ lang }) => lang);
const wishes = [localStorage.getItem(REMEMBERED), ...navigator.languages.map((tag) => tag.slice(0, 2))];

function show(chosen) {
  document.documentElement.lang = chosen;
  for (const part of parts) {
    part.hidden = part.lang !== chosen;
  }
  for (const choice of document.getElementById("languages").children) {
    choice.setAttribute("aria-pressed", String(choice.lang === chosen));
  }
}

document.getElementById("languages").append(
  ...tags.map((tag) =>
    button(NAMES[tag], {
      lang: tag,
      click: () => {
        localStorage.setItem(REMEMBERED, tag);
        show(tag);
      },
    }),
  ),
);
show(wishes.find((wish) => tags.includes(wish)) ?? tags[0]);
