/** A long list, a part at a time: what is not looked at costs nothing. */

import { type ReactNode, useState } from "react";
import { useT } from "../i18n/i18n.ts";
import { Button } from "../ui/Button.tsx";

const PART = 200;

interface Props<T> {
  readonly of: readonly T[];
  /** The list with a part of the items. */
  readonly children: (shown: readonly T[]) => ReactNode;
}

export function More<T>({ of, children }: Props<T>) {
  const t = useT();
  const [count, setCount] = useState(PART);
  return (
    <>
      {children(of.slice(0, count))}
      {count < of.length && (
        <Button className="more" onPress={() => setCount(count + PART)}>
          {t("panel.more_of", { shown: count, all: of.length })}
        </Button>
      )}
    </>
  );
}
