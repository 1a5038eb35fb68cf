/** What runs made: pictures and files, newest first. Opened large, compared, dragged into the canvas. */

import "./gallery.css";
import { useEffect, useState } from "react";
import {
  Button as AriaButton,
  DropIndicator,
  GridLayout,
  GridList,
  GridListItem,
  GridListLoadMoreItem,
  type Selection,
  Size,
  useDragAndDrop,
  Virtualizer,
} from "react-aria-components";
import { useT } from "../i18n/i18n.ts";
import { type SavedArtifact, thumbnailAddress } from "../server/api.ts";
import { ARTIFACT, useGallery, watchGallery } from "../state/gallery.ts";
import { useUi } from "../state/ui.ts";
import { Button } from "../ui/Button.tsx";
import { Icon } from "../ui/Icon.tsx";

const KINDS = [
  ["image/*", "gallery.kind.pictures"],
  ["application/json", "gallery.kind.data"],
  ["text/*", "gallery.kind.texts"],
  ["", "gallery.kind.all"],
] as const;

const LAYOUT = {
  minItemSize: new Size(140, 164),
  maxItemSize: new Size(200, 224),
  minSpace: new Size(8, 8),
};

export function GalleryPanel() {
  const t = useT();
  const { artifacts, search, mediaType, loaded, error, find, refresh } = useGallery();
  const [typed, setTyped] = useState(search);
  useEffect(() => watchGallery(), []);
  useEffect(() => {
    if (typed === search) return;
    const timer = setTimeout(() => find(typed, mediaType), 250);
    return () => clearTimeout(timer);
  }, [typed, search, mediaType, find]);
  return (
    <div className="gallery">
      <div className="gallery-bar">
        <input
          className="search"
          type="search"
          aria-label={t("gallery.search")}
          placeholder={t("gallery.search")}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <select
          className="search"
          aria-label={t("gallery.kind")}
          value={mediaType}
          onChange={(event) => find(search, event.target.value)}
        >
          {KINDS.map(([type, title]) => (
            <option key={type} value={type}>
              {t(title)}
            </option>
          ))}
        </select>
      </div>
      {error ? (
        <div className="panel-empty" role="alert">
          <p>{error}</p>
          <Button icon="retry" onPress={() => void refresh()}>
            {t("panel.retry")}
          </Button>
        </div>
      ) : artifacts.length > 0 ? (
        <Tiles artifacts={artifacts} />
      ) : (
        <p className="panel-empty">
          {t(loaded ? (search ? "gallery.none_found" : "gallery.empty") : "panel.loading")}
        </p>
      )}
    </div>
  );
}

function Tiles({ artifacts }: { readonly artifacts: readonly SavedArtifact[] }) {
  const t = useT();
  const openDialog = useUi((state) => state.openDialog);
  const { cursor, loading, more } = useGallery();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const chosen = artifacts.filter((one) => selected.has(one.digest));
  const select = (keys: Selection) =>
    setSelected(new Set(keys === "all" ? artifacts.map((one) => one.digest) : [...keys].map(String)));
  const open = (digest: string) => openDialog("picture", { pictures: artifacts, at: digest });
  const { dragAndDropHooks } = useDragAndDrop({
    getItems: (keys) =>
      artifacts
        .filter((one) => keys.has(one.digest))
        .map((one) => ({ [ARTIFACT]: JSON.stringify(one), "text/plain": one.name })),
    getAllowedDropOperations: () => ["copy"],
    renderDropIndicator: (target) => <DropIndicator target={target} />,
  });
  return (
    <>
      <Virtualizer layout={GridLayout} layoutOptions={LAYOUT}>
        <GridList
          className="gallery-grid"
          layout="grid"
          aria-label={t("panel.gallery")}
          selectionMode="multiple"
          selectionBehavior="replace"
          selectedKeys={selected}
          onSelectionChange={select}
          onAction={(key) => open(String(key))}
          dragAndDropHooks={dragAndDropHooks}
        >
          {artifacts.map((one) => (
            <GridListItem className="gallery-tile" key={one.digest} id={one.digest} textValue={one.name}>
              <AriaButton
                slot="drag"
                className="gallery-handle"
                aria-label={t("queue.drag", { name: one.name })}
              >
                <Icon name="grip" />
              </AriaButton>
              <Tile artifact={one} />
            </GridListItem>
          ))}
          <GridListLoadMoreItem
            isLoading={loading && cursor !== null}
            onLoadMore={() => void more()}
            className="gallery-loading"
          >
            {t("panel.loading")}
          </GridListLoadMoreItem>
        </GridList>
      </Virtualizer>
      {chosen.length > 0 && (
        <div className="gallery-actions">
          <span className="grow">{t("gallery.selected", { count: chosen.length })}</span>
          <Button
            icon="compare"
            isDisabled={chosen.length !== 2}
            onPress={() =>
              openDialog("picture", { pictures: chosen, at: chosen[0]?.digest, with: chosen[1]?.digest })
            }
          >
            {t("gallery.compare")}
          </Button>
          <Button icon="expand" onPress={() => open(chosen[0]?.digest ?? "")}>
            {t("gallery.look")}
          </Button>
        </div>
      )}
    </>
  );
}

function Tile({ artifact }: { readonly artifact: SavedArtifact }) {
  const isPicture = artifact.media_type.startsWith("image/");
  return (
    <>
      <span className="gallery-picture">
        {isPicture ? (
          <img
            src={thumbnailAddress("artifacts", artifact.digest, 256)}
            alt=""
            loading="lazy"
            draggable={false}
          />
        ) : (
          <span className="gallery-kind">{artifact.media_type.split("/").at(-1)}</span>
        )}
      </span>
      <span className="gallery-name">{artifact.name}</span>
    </>
  );
}
