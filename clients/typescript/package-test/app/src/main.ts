// The first code of the client's README, behind a form; or, with #kept, a session that the browser keeps.
const form = document.querySelector("form");
const output = document.querySelector("output");
const button = document.querySelector("button");

if (location.hash === "#kept") {
  await import("./kept.js");
} else {
  // From here on the user is signed in.
  const { rename } = await import("./readme/1.js");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const newUsername = new FormData(form).get("newUsername");
    if (output && typeof newUsername === "string") {
      output.textContent = await rename(newUsername);
    }
  });
  if (button) {
    button.disabled = false;
  }
}

export {};
