// @ts-check
// The page of the reference: Swagger UI with the document of the chosen language, and what it lacks
// here: sample tokens by a click, a warning where production is chosen, the request as TypeScript,
// and its own words in that language.
"use strict";

(async () => {
  const settings = await (await fetch("playground.json")).json();
  const remembered = "nameplate-language";
  const main = document.querySelector("main");

  followColourScheme();
  let ui = await show(preferredLanguage(), null);

  /** The language that was chosen last, or else the browser's, or else the first. */
  function preferredLanguage() {
    const wishes = [localStorage.getItem(remembered), ...navigator.languages.map((tag) => tag.slice(0, 2))];
    return settings.languages.find(({ tag }) => wishes.find((wish) => isOffered(wish)) === tag) ?? settings.languages[0];
  }

  function isOffered(wish) {
    return settings.languages.some(({ tag }) => tag === wish);
  }

  /** Shows the reference in a language; token and server stay as they were in the page before. */
  async function show(language, before) {
    document.documentElement.lang = language.tag;
    document.title = language.words.title;
    const container = document.createElement("div");
    main.replaceChildren(container);
    translate(container, language.swaggerUi);
    const shown = await new Promise((resolve) => {
      const started = SwaggerUIBundle({
        domNode: container,
        url: language.document,
        deepLinking: true,
        defaultModelsExpandDepth: 0,
        displayRequestDuration: true,
        tryItOutEnabled: true,
        validatorUrl: null,
        requestSnippetsEnabled: true,
        requestSnippets: {
          languages: ["curl_bash", "typescript"],
          generators: {
            curl_bash: { title: "curl", syntax: "bash" },
            typescript: { title: "TypeScript", syntax: "javascript" },
          },
        },
        plugins: [() => additions(language.words)],
        onComplete: () => resolve(started),
      });
    });
    if (before) {
      signIn(shown, before.token);
      shown.oas3Actions.setSelectedServer(before.server);
    }
    fillBar(language, shown);
    return shown;
  }

  /** What is added to Swagger UI itself. */
  function additions(words) {
    return {
      fn: { requestSnippetGenerator_typescript: typescriptOf },
      wrapComponents: {
        Servers: (Servers, system) => withWarning(Servers, system, words.production),
        execute: (Execute, system) => askingFirst(Execute, system, words.confirm),
      },
    };
  }

  function withWarning(Servers, system, sentence) {
    const { createElement, Fragment } = system.React;
    const warning = () => createElement("p", { className: "production-warning", role: "alert" }, sentence);
    return (props) => createElement(Fragment, null, createElement(Servers, props), isProduction(system) ? warning() : null);
  }

  function askingFirst(Execute, system, question) {
    const ask = (event, method) => {
      if (method !== "get" && isProduction(system) && !window.confirm(question)) {
        event.stopPropagation();
      }
    };
    const { createElement } = system.React;
    return (props) => {
      const onClickCapture = (event) => ask(event, props.method);
      return createElement("div", { className: "asks-first", onClickCapture }, createElement(Execute, props));
    };
  }

  function isProduction({ oas3Selectors, specSelectors }) {
    const servers = specSelectors.servers();
    const chosen = servers.find((server) => server.get("url") === oas3Selectors.selectedServer());
    return (chosen ?? servers.first())?.get("x-environment") === "production";
  }

  /** The request as a call of `fetch`. */
  function typescriptOf(request) {
    const literal = (value) => JSON.stringify(value, null, 2).replaceAll("\n", "\n  ");
    const lines = [`  method: ${literal(request.get("method"))},`];
    lines.push(`  headers: ${literal(request.get("headers") ?? {})},`);
    const body = request.get("body");
    if (body) {
      lines.push(`  body: ${bodyLiteral(body, literal)},`);
    }
    const call = [`const response = await fetch(${literal(request.get("url"))}, {`, ...lines, "});"];
    return [...call, "const answer: unknown = await response.json();"].join("\n");
  }

  function bodyLiteral(body, literal) {
    try {
      return `JSON.stringify(${literal(JSON.parse(body))})`;
    } catch {
      return literal(String(body));
    }
  }

  /** The bar at the top: who is signed in, and the language. */
  function fillBar(language, shown) {
    const { words } = language;
    const download = document.querySelector("#download");
    download.textContent = language.download;
    download.href = language.download;

    const languages = settings.languages.map((other) =>
      button(other.words.name, other === language, () => choose(other)),
    );
    fill("#language", words.language, languages);

    const update = () => {
      const token = tokenOf(shown);
      const samples = settings.tokens.map((sample) =>
        button(sample.name, sample.token === token, () => signIn(shown, sample.token)),
      );
      const signOut = button(words.signOut, false, () => shown.authActions.logout(["bearerAuth"]));
      signOut.removeAttribute("aria-pressed");
      fill("#sign-in", words.signIn, token ? [...samples, signOut] : samples);
    };
    update();
    let last = tokenOf(shown);
    shown.getStore().subscribe(() => {
      if (ui === shown && tokenOf(shown) !== last) {
        last = tokenOf(shown);
        update();
      }
    });
  }

  function fill(selector, label, buttons) {
    const group = document.querySelector(selector);
    const focused = [...group.querySelectorAll("button")].indexOf(document.activeElement);
    group.setAttribute("aria-label", label);
    group.hidden = buttons.length === 0;
    group.replaceChildren(`${label}: `, ...buttons);
    buttons[focused]?.focus();
  }

  function button(text, isPressed, onClick) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.setAttribute("aria-pressed", String(isPressed));
    made.addEventListener("click", onClick);
    return made;
  }

  async function choose(language) {
    localStorage.setItem(remembered, language.tag);
    const before = { token: tokenOf(ui), server: ui.oas3Selectors.selectedServer() };
    ui = await show(language, before);
  }

  function signIn(shown, token) {
    if (token) {
      shown.preauthorizeApiKey("bearerAuth", token);
    }
  }

  function tokenOf(shown) {
    return shown.authSelectors.authorized()?.getIn(["bearerAuth", "value"]);
  }

  /** Puts Swagger UI's own words, as they come, into another language. */
  function translate(root, dictionary) {
    const attributes = ["aria-label", "placeholder", "title"];
    const isForeign = (element) => element?.closest(".markdown, pre, textarea, select");
    const text = (node) => {
      const word = node.nodeValue.trim();
      if (dictionary[word] && !isForeign(node.parentElement)) {
        node.nodeValue = node.nodeValue.replace(word, dictionary[word]);
      }
    };
    const element = (node) => {
      for (const name of attributes) {
        const word = dictionary[node.getAttribute(name)];
        if (word) {
          node.setAttribute(name, word);
        }
      }
    };
    const all = (node) => {
      if (node.nodeType === Node.TEXT_NODE) {
        text(node);
      } else if (node.nodeType === Node.ELEMENT_NODE) {
        element(node);
        node.childNodes.forEach(all);
      }
    };
    if (Object.keys(dictionary).length > 0) {
      const observer = new MutationObserver((changes) => {
        for (const { target, addedNodes, type } of changes) {
          (type === "childList" ? [...addedNodes] : [target]).forEach(type === "attributes" ? element : all);
        }
      });
      observer.observe(root, { attributeFilter: attributes, characterData: true, childList: true, subtree: true });
    }
  }

  function followColourScheme() {
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    const apply = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
    dark.addEventListener("change", apply);
    apply();
  }
})();
