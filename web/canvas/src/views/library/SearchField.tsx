import { useT } from "../../i18n/i18n.ts";
import { Icon } from "../../ui/Icon.tsx";

/** A field to find something with. */
export function SearchField({
  value,
  set,
}: {
  readonly value: string;
  readonly set: (text: string) => void;
}) {
  const t = useT();
  return (
    <label className="search-field">
      <Icon name="search" />
      <span className="visually-hidden">{t("library.search")}</span>
      <input
        type="search"
        value={value}
        placeholder={t("library.search")}
        onChange={(event) => set(event.target.value)}
      />
    </label>
  );
}
