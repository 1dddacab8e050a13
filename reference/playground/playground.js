// The page of the reference: Swagger UI with the document of the chosen language, and what it lacks
// here: sample tokens by a click, a warning where production is chosen, the request as TypeScript,
// and its own words in that language.
"use strict";

(async () => {
  const main = document.querySelector("main");
  followColourScheme();
  const settings = await (await fetch("playground.json")).json();
  const remembered = "nameplate-language";
  // What is shown now; what is still loading when another language is chosen is dropped.
  let ui;
  let latest = 0;
  await show(preferredLanguage());

  /** The language that was chosen last, or else the browser's, or else the first. */
  function preferredLanguage() {
    const wishes = [localStorage.getItem(remembered), ...navigator.languages.map((tag) => tag.slice(0, 2))];
    const offered = wishes.map((wish) => settings.languages.find(({ tag }) => tag === wish));
    return offered.find((language) => language) ?? settings.languages[0];
  }

  /** Shows the reference in a language; token and server stay as they are. */
  async function show(language) {
    const turn = (latest += 1);
    const before = ui;
    document.documentElement.lang = language.tag;
    document.title = language.words.title;
    const container = document.createElement("div");
    main.replaceChildren(container);
    translate(container, language.swaggerUi);
    fillBar(language);
    const spec = await (await fetch(language.document)).json();
    keepVariables(spec.servers, before ? variablesOf(before) : {});
    const shown = await start(container, spec, language.words);
    if (turn !== latest) {
      return;
    }
    ui = shown;
    if (before) {
      signIn(tokenOf(before));
      ui.oas3Actions.setSelectedServer(before.oas3Selectors.selectedServer());
    }
    fillBar(language);
    follow(() => fillBar(language));
  }

  /** Starts Swagger UI, and gives it when all is shown. */
  function start(container, spec, words) {
    return new Promise((resolve) => {
      const started = SwaggerUIBundle({
        domNode: container,
        spec,
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
        plugins: [() => additions(words)],
        onComplete: () => resolve(started),
      });
    });
  }

  /** What was filled in for the servers. */
  function variablesOf(shown) {
    const variables = {};
    for (const { url, variables: names = {} } of shown.specSelectors.servers().toJS()) {
      for (const name of Object.keys(names)) {
        variables[name] = shown.oas3Selectors.serverVariableValue(url, name);
      }
    }
    return variables;
  }

  /** Swagger UI begins with the defaults, so what was filled in becomes these. */
  function keepVariables(servers, filledIn) {
    for (const { variables = {} } of servers) {
      for (const [name, variable] of Object.entries(variables)) {
        variable.default = filledIn[name] || variable.default;
      }
    }
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

  /** Fills the bar at the top: who is signed in, and the language. */
  function fillBar(language) {
    const { words } = language;
    const download = document.querySelector("#download");
    download.textContent = language.download;
    download.href = language.download;

    const languages = settings.languages.map((other) => {
      const choose = () => {
        localStorage.setItem(remembered, other.tag);
        show(other).catch(complain);
      };
      return button(other.words.name, other === language, choose);
    });
    fill("#language", words.language, languages);

    const token = ui && tokenOf(ui);
    const offered = ui ? settings.tokens : [];
    const samples = offered.map((sample) =>
      button(sample.name, sample.token === token, () => signIn(sample.token)),
    );
    const signOut = button(words.signOut, false, () => ui.authActions.logout(["bearerAuth"]));
    signOut.removeAttribute("aria-pressed");
    fill("#sign-in", words.signIn, token ? [...samples, signOut] : samples);
  }

  /** Calls when somebody else is signed in, as by Swagger UI's own dialog. */
  function follow(changed) {
    const shown = ui;
    let last = tokenOf(shown);
    shown.getStore().subscribe(() => {
      const token = tokenOf(shown);
      if (ui === shown && token !== last) {
        last = token;
        changed();
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

  function signIn(token) {
    if (token) {
      ui.preauthorizeApiKey("bearerAuth", token);
    }
  }

  function tokenOf(shown) {
    return shown.authSelectors.authorized()?.getIn(["bearerAuth", "value"]) ?? null;
  }

  /** Puts Swagger UI's own words, as they come, into another language. */
  function translate(root, dictionary) {
    const attributes = ["aria-label", "placeholder", "title"];
    // Values, and what the document says: that is in the language already.
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
})().catch(complain);

function complain(error) {
  document.querySelector("main").textContent = `The reference cannot be shown: ${error.message}`;
}
