import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App.tsx";
import { Language } from "./app/Language.tsx";
import { start } from "./app/start.ts";

const place = document.getElementById("app");
if (place) {
  createRoot(place).render(
    <StrictMode>
      <Language>
        <App />
      </Language>
    </StrictMode>,
  );
  void start();
}
