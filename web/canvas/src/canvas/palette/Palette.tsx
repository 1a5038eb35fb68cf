/** Adding a node: all that there are, found by typing; or only those that a link which was dropped here fits. */

import "./palette.css";
import { useMemo, useState } from "react";
import { ACTIONS, actionOf } from "../../actions/actions.ts";
import { specFace } from "../../graph/face.ts";
import { useT } from "../../i18n/i18n.ts";
import { useCatalogue } from "../../state/catalogue.ts";
import type { Scene } from "../../state/scene.ts";
import { tabGoesOn } from "../../state/surface.ts";
import { type Palette as PaletteState, useUi } from "../../state/ui.ts";
import { shapeTitle, throughFace } from "../../state/wiring.ts";
import { Picker, type PickerItem } from "../../ui/Picker.tsx";
import { addFromPalette } from "./add-node.ts";
import { actionItems, nodeItems } from "./items.ts";
import { NodePreview } from "./NodePreview.tsx";

interface Props {
  readonly palette: PaletteState;
  readonly scene: Scene;
}

export function Palette({ palette, scene }: Props) {
  const t = useT();
  const catalogue = useCatalogue((state) => state.catalogue);
  const [query, setQuery] = useState("");
  const { from, link } = palette;
  const items = useMemo(() => {
    if (!from) return [...nodeItems(catalogue, query, from), ...actionItems(ACTIONS, query)];
    const found = nodeItems(catalogue, query, from);
    return link ? found.filter(({ id }) => throughFace(scene, link, specFace(id, catalogue))) : found;
  }, [catalogue, query, from, link, scene]);
  const close = () => {
    tabGoesOn();
    useUi.getState().closePalette();
  };
  const choose = ({ id }: PickerItem) => {
    useUi.getState().closePalette();
    if (id.startsWith("action ")) setTimeout(() => actionOf(id.slice("action ".length))?.run());
    else addFromPalette(id, palette, scene, catalogue);
  };
  return (
    <Picker
      label={t("palette.label")}
      placeholder={t("palette.placeholder")}
      items={items}
      query={query}
      setQuery={setQuery}
      choose={choose}
      close={close}
      {...(palette.screen ? { at: palette.screen } : {})}
      empty={t(from ? "palette.none_fits" : "palette.none", { query })}
      header={
        from && (
          <p className="picker-header">
            {t(
              link ? "palette.for_link" : from.side === "output" ? "palette.for_output" : "palette.for_input",
              { type: shapeTitle(from.shape, catalogue) },
            )}
          </p>
        )
      }
      about={(item) =>
        item.id.startsWith("action ") ? (
          <p className="palette-help">{t("palette.action")}</p>
        ) : (
          <NodePreview face={specFace(item.id, catalogue)} catalogue={catalogue} />
        )
      }
    />
  );
}
