/** An artifact, large: a picture down to its pixels and beside another, data as plots, and how it was made. */

import "./picture.css";
import { useCallback, useState } from "react";
import { useT } from "../i18n/i18n.ts";
import type { Artifact } from "../server/api.ts";
import { Button, IconButton } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { ArtifactContent } from "./ArtifactContent.tsx";
import { Making } from "./Making.tsx";
import { PictureStage } from "./PictureStage.tsx";

export type ShownArtifact = Artifact & { readonly job?: string };

/** What the dialog is about: some artifacts, the one to begin with, and one to compare it with. */
interface About {
  readonly pictures: readonly ShownArtifact[];
  readonly at?: string;
  readonly with?: string;
  /** The job that made them, where they do not say. */
  readonly job?: string;
}

interface Props {
  readonly about: unknown;
  readonly close: () => void;
}

export function PictureDialog({ about, close }: Props) {
  const t = useT();
  const { pictures, at, with: first, job } = about as About;
  const [index, setIndex] = useState(() =>
    Math.max(
      0,
      pictures.findIndex((one) => one.digest === at),
    ),
  );
  const [other, setOther] = useState(first ?? "");
  const step = useCallback(
    (by: number) => setIndex((now) => Math.max(0, Math.min(pictures.length - 1, now + by))),
    [pictures.length],
  );
  const shown = pictures[index];
  if (!shown) return null;
  const isPicture = shown.media_type.startsWith("image/");
  const others = pictures.filter((one) => one.media_type.startsWith("image/") && one.digest !== shown.digest);
  const beside = others.find((one) => one.digest === other);
  return (
    <Dialog title={shown.name} close={close} size="full">
      <div className="picture-dialog">
        <div className="picture-main">
          {isPicture ? (
            <PictureStage key={beside?.digest ?? ""} picture={shown} beside={beside ?? null} step={step} />
          ) : (
            <ArtifactContent artifact={shown} />
          )}
          <div className="picture-bar">
            <IconButton
              icon="right"
              className="turned"
              label={t("gallery.before")}
              isDisabled={index === 0}
              onPress={() => step(-1)}
            />
            <span className="picture-count">
              {t("looking.of", { item: index + 1, items: pictures.length })}
            </span>
            <IconButton
              icon="right"
              label={t("gallery.after")}
              isDisabled={index === pictures.length - 1}
              onPress={() => step(1)}
            />
            {isPicture && others.length > 0 && (
              <label className="picture-compare">
                <span>{t("gallery.compare_with")}</span>
                <select value={beside?.digest ?? ""} onChange={(event) => setOther(event.target.value)}>
                  <option value="">{t("gallery.nothing")}</option>
                  {others.slice(0, 200).map((one, at) => (
                    <option key={one.digest} value={one.digest}>
                      {`${at + 1} · ${one.name}`}
                    </option>
                  ))}
                </select>
              </label>
            )}
            {beside && (
              <Button tone="quiet" icon="close" onPress={() => setOther("")}>
                {t("gallery.stop_comparing")}
              </Button>
            )}
          </div>
        </div>
        <Making key={shown.digest} artifact={shown.job || !job ? shown : { ...shown, job }} close={close} />
      </div>
    </Dialog>
  );
}
