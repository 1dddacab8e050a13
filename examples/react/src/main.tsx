import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { session } from "./nameplate.ts";

// Who was signed in when the page was last open.
await session.restore();
const main = document.querySelector("main");
if (main) {
  createRoot(main).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
