import { createSession, languageOf, offsetOf, UnexpectedAnswer, webStorage } from "nameplate-client";

/** Where `cargo run` is; another API with `VITE_NAMEPLATE_URL=https://… npm run dev`. */
const baseUrl: string = import.meta.env["VITE_NAMEPLATE_URL"] ?? "http://localhost:8080";

export const session = createSession({
  baseUrl,
  storage: webStorage(),
  // Sentences in the language of the page, and instants as the clocks here show them.
  language: () => languageOf([document.documentElement.lang]),
  timezone: () => offsetOf(new Date()),
});

/** What to say when the API gave no answer of its own. */
export function mishap(error: unknown): string {
  return error instanceof UnexpectedAnswer
    ? `The server answered with status ${error.response.status}. Try again later.`
    : "The server cannot be reached. Try again.";
}
