import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App.tsx";
import { Language } from "./app/Language.tsx";
import { start } from "./app/start.ts";
import { Boundary } from "./ui/later.tsx";

const place = document.getElementById("app");
if (place) {
  createRoot(place).render(
    <StrictMode>
      <Language>
        <Boundary>
          <App />
        </Boundary>
      </Language>
    </StrictMode>,
  );
  void start();
}
