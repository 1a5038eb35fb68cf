/** The settings of this browser, with a search over their words. What is changed holds at once. */

import "./settings.css";
import { useId, useState } from "react";
import { LANGUAGES, languageName, preferredLanguage, useLanguage, useT } from "../../i18n/i18n.ts";
import { useSettings } from "../../state/settings.ts";
import { useUi } from "../../state/ui.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { hasWords } from "../../ui/has-words.ts";
import { SearchField } from "../../ui/SearchField.tsx";
import { Segments } from "../../ui/Segments.tsx";
import type { DialogProps } from "../Dialogs.tsx";
import {
  type ChoiceSetting,
  type LanguageSetting,
  SECTIONS,
  type Setting,
  type SwitchSetting,
} from "./setting-list.ts";

export function SettingsDialog({ close }: DialogProps) {
  const t = useT();
  const [query, setQuery] = useState("");
  const fits = (setting: Setting) => {
    const values = setting.kind === "choice" ? setting.values.map(([, title]) => t(title)) : [];
    const words = [t(setting.title), t(setting.help), ...values].join(" ");
    return hasWords(words, query);
  };
  const sections = SECTIONS.map(({ title, settings }) => ({ title, settings: settings.filter(fits) })).filter(
    ({ settings }) => settings.length > 0,
  );
  return (
    <Dialog
      title={t("settings.title")}
      close={close}
      footer={
        <>
          <span className="grow">{t("settings.where")}</span>
          <Button icon="keyboard" onPress={() => useUi.getState().openDialog("shortcuts")}>
            {t("shortcuts.title")}
          </Button>
          <Button onPress={() => useSettings.getState().reset()}>{t("settings.reset")}</Button>
        </>
      }
    >
      <SearchField label={t("settings.search")} value={query} change={setQuery} />
      {sections.length === 0 && <p className="dialog-none">{t("settings.none", { query })}</p>}
      {sections.map(({ title, settings }) => (
        <section key={title} className="setting-section" aria-label={t(title)}>
          <h3>{t(title)}</h3>
          {settings.map((setting) => (
            <SettingRow key={setting.name} setting={setting} />
          ))}
        </section>
      ))}
    </Dialog>
  );
}

function SettingRow({ setting }: { readonly setting: Setting }) {
  switch (setting.kind) {
    case "choice":
      return <ChoiceRow setting={setting} />;
    case "switch":
      return <SwitchRow setting={setting} />;
    case "language":
      return <LanguageRow setting={setting} />;
  }
}

function ChoiceRow({ setting }: { readonly setting: ChoiceSetting }) {
  const t = useT();
  const id = useId();
  const { [setting.name]: now, set } = useSettings();
  return (
    <div className="setting wide">
      <span className="setting-title">{t(setting.title)}</span>
      <Segments
        label={t(setting.title)}
        about={id}
        value={now}
        options={setting.values.map(([value, title]) => [value, t(title)] as const)}
        change={(value) => set({ [setting.name]: value })}
      />
      <p id={id} className="setting-help">
        {t(setting.help)}
      </p>
    </div>
  );
}

function SwitchRow({ setting }: { readonly setting: SwitchSetting }) {
  const t = useT();
  const id = useId();
  const { [setting.name]: now, set } = useSettings();
  return (
    <label className="setting">
      <span className="setting-title">{t(setting.title)}</span>
      <input
        type="checkbox"
        className="switch"
        aria-label={t(setting.title)}
        aria-describedby={id}
        checked={now}
        onChange={(event) => set({ [setting.name]: event.target.checked })}
      />
      <span id={id} className="setting-help">
        {t(setting.help)}
      </span>
    </label>
  );
}

function LanguageRow({ setting }: { readonly setting: LanguageSetting }) {
  const t = useT();
  const id = useId();
  const { language, set } = useSettings();
  const shown = useLanguage((state) => state.language);
  return (
    <label className="setting">
      <span className="setting-title">{t(setting.title)}</span>
      <select
        className="setting-select"
        aria-label={t(setting.title)}
        aria-describedby={id}
        value={language}
        onChange={(event) => set({ language: event.target.value })}
      >
        <option value="">
          {t("settings.language.browser", { language: languageName(preferredLanguage(), shown) })}
        </option>
        {LANGUAGES.map((one) => (
          <option key={one} value={one} lang={one}>
            {languageName(one, one)}
          </option>
        ))}
      </select>
      <span id={id} className="setting-help">
        {t(setting.help)}
      </span>
    </label>
  );
}
