// The first code of the client's README, behind a form.
import { rename } from "./readme/1.js";

const form = document.querySelector("form");
const output = document.querySelector("output");
const button = document.querySelector("button");

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const newUsername = new FormData(form).get("newUsername");
  if (output && typeof newUsername === "string") {
    output.textContent = await rename(newUsername);
  }
});

// By now the user is signed in.
if (button) {
  button.disabled = false;
}

if (location.hash === "#kept") {
  await import("./kept.js");
}
