// Sending a request, and its answer: what it says to a person first, then what came over the wire.

import { button, code, fill, make } from "./dom.js";

/** Sends the request as often as it is to be sent, and gives the answer to show. */
export async function send(request, token, { repeat = 1, isInTurn } = {}) {
  const once = () => sendOnce(request, token);
  const answers = [];
  if (isInTurn) {
    while (answers.length < repeat && answers.at(-1)?.status !== 429) {
      answers.push(await once());
    }
  } else {
    answers.push(...(await Promise.all(Array.from({ length: repeat }, once))));
  }
  return answers.find(({ status }) => repeat > 1 && status === 429) ?? answers.at(-1);
}

async function sendOnce({ method, url, headers, body }, token) {
  const authorization = token ? { Authorization: `Bearer ${token}` } : {};
  const started = performance.now();
  const response = await fetch(url, { method, headers: { ...headers, ...authorization }, body });
  const text = await response.text();
  return {
    status: response.status,
    code: response.headers.get("X-Error-Code"),
    milliseconds: Math.round(performance.now() - started),
    headers: [...response.headers],
    text,
    until: waitOf(response, text),
  };
}

/** When it is worth while to ask again: as the header says, or the field of a success. */
function waitOf(response, text) {
  const seconds = response.headers.get("Retry-After");
  if (seconds !== null) {
    return Date.now() + Number(seconds) * 1000;
  }
  const next = /"nextChangeAllowedAt":\s*"([^"]+)"/.exec(text);
  return next ? Date.parse(next[1]) : undefined;
}

/** The documented answer, in place of one. */
export function documentedAnswer({ status, code: errorCode, example }) {
  return { status, code: errorCode, isExample: true, headers: [], text: JSON.stringify(example, null, 2) };
}

/** The panel of an answer. */
export function answerView(answer, words, retry) {
  const heading = make("h3", { id: "answer-title", tabindex: -1 }, titleOf(answer, words));
  const sentences = sentencesOf(answer).map((sentence) => make("li", {}, sentence));
  const headers = answer.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
  return [
    heading,
    answer.isExample && make("p", { class: "note" }, words.documentedOnly),
    sentences.length > 0 && make("ul", { class: "sentences" }, sentences),
    answer.until && countdown(answer, words, retry),
    answer.text && code(pretty(answer.text)),
    !answer.text && !answer.failure && make("p", {}, words.emptyAnswer),
    headers && make("details", {}, make("summary", {}, fill(words.answerHeaders, { count: answer.headers.length })), code(headers)),
  ];
}

export function titleOf({ status, code: errorCode, milliseconds, failure }, words) {
  if (failure) {
    return words.noAnswer;
  }
  const kind = make("span", { class: status < 400 ? "success" : "failure" }, `${status} ${errorCode ?? words.succeeded}`);
  return milliseconds === undefined ? kind : [kind, ` · ${milliseconds}\u00a0ms`];
}

/** What of the answer is for people. */
function sentencesOf({ text, failure }) {
  if (failure) {
    return [failure];
  }
  try {
    const { errors, detail, title } = JSON.parse(text);
    const faults = (errors ?? []).map((error) => error.detail ?? error);
    return faults.length > 0 ? faults : [detail ?? title].filter(Boolean);
  } catch {
    return [];
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Counts down to the instant. A screen reader hears it once, not every second, and again at the end. */
function countdown(answer, words, retry) {
  const clock = make("span", { role: "timer", "aria-live": "off" });
  const shown = make("p", { class: "countdown" });
  const tick = () => {
    const left = Math.max(0, Math.ceil((answer.until - Date.now()) / 1000));
    if (left > 0) {
      clock.textContent = durationOf(left, words);
      return;
    }
    clearInterval(timer);
    shown.replaceChildren(words.waitedEnough, " ", button(words.sendAgain, { click: retry }));
  };
  shown.append(answer.status < 400 ? words.nextChange : words.tryAgainIn, " ", clock);
  const timer = setInterval(() => (shown.isConnected ? tick() : clearInterval(timer)), 1000);
  tick();
  return shown;
}

/** The two greatest units and what is below them, as in 29 d 23 h 59 min 58 s. */
export function durationOf(seconds, words) {
  const units = [
    [86_400, words.days],
    [3600, words.hours],
    [60, words.minutes],
    [1, words.seconds],
  ];
  let left = seconds;
  const parts = units.map(([size, unit]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return [count, unit];
  });
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first)
    .map(([count, unit]) => `${count}\u00a0${unit}`)
    .join(" ");
}
