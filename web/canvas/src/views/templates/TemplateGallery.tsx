import "./template-gallery.css";
import { useEffect, useState } from "react";
import { useT } from "../../i18n/i18n.ts";
import { listTemplates, type Template } from "../../server/api.ts";
import { openAsked } from "../../state/opening.ts";
import { languageOf } from "../../state/settings.ts";
import { wordsOfTrouble } from "../../state/trouble.ts";
import { Icon } from "../../ui/Icon.tsx";
import { SearchField } from "../library/SearchField.tsx";

/** Workflows to begin with: those of the server, and those that packs bring. */
export function TemplateGallery({ close }: { readonly close: () => void }) {
  const t = useT();
  const [templates, setTemplates] = useState<readonly Template[] | null>(null);
  const [search, setSearch] = useState("");
  const [trouble, setTrouble] = useState("");
  useEffect(() => {
    listTemplates(languageOf()).then(setTemplates, (error: unknown) => setTrouble(wordsOfTrouble(error)));
  }, []);
  const words = search.toLowerCase().split(/\s+/);
  const found = templates?.filter(({ name, description, pack, id }) => {
    const text = `${name} ${description} ${pack} ${id}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const open = async (id: string) => {
    if (await openAsked({ kind: "template", id })) close();
  };
  return (
    <>
      <SearchField value={search} set={setSearch} />
      {trouble && (
        <p className="trouble" role="alert">
          {trouble}
        </p>
      )}
      {templates === null && !trouble && <p className="quiet">{t("library.loading")}</p>}
      {found?.length === 0 && (
        <p className="library-empty">{search ? t("library.no_match", { search }) : t("templates.none")}</p>
      )}
      <ul className="template-grid" aria-label={t("open.templates")}>
        {found?.map((one) => (
          <li key={one.id}>
            <button type="button" className="template" onClick={() => void open(one.id)}>
              <span className="template-picture">
                {one.thumbnail ? (
                  <img src={one.thumbnail} alt="" loading="lazy" />
                ) : (
                  <Icon name="canvas" size={32} />
                )}
              </span>
              <strong>{one.name}</strong>
              {one.description && <span className="template-words">{one.description}</span>}
              <span className="quiet">
                {[one.pack, t("status.nodes", { count: one.nodes })].filter(Boolean).join(" · ")}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
