/** The nodes of one place in running order. */

import { useMemo, useState } from "react";
import { facesOf } from "../graph/face.ts";
import { runningOrder } from "../graph/order.ts";
import { titlesIn } from "../graph/outline.ts";
import { bodyAt, type Place } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useWorkflow } from "../state/documents.ts";
import { HereContext } from "../state/here.ts";
import { Button } from "../ui/Button.tsx";
import { OutlineNode } from "./OutlineNode.tsx";

interface Props {
  readonly place: Place;
  /** The level of the nodes' headings. */
  readonly level: number;
  /** What is before the ids of these nodes in a run; null where they run many times. */
  readonly prefix: string | null;
}

const PAGE = 100;
const OPEN_AT_FIRST = 30; // a document of more nodes is shown closed

export function OutlineBody({ place, level, prefix }: Props) {
  const t = useT();
  const workflow = useWorkflow();
  const catalogue = useCatalogue((state) => state.catalogue);
  const [shown, setShown] = useState(PAGE);
  const body = workflow && bodyAt(workflow, place);
  const order = useMemo(() => (body ? runningOrder(body) : []), [body]);
  const faces = useMemo(
    () => (workflow && body ? facesOf(workflow, body, catalogue) : new Map()),
    [workflow, body, catalogue],
  );
  const titles = useMemo(() => (body ? titlesIn(body, faces) : new Map()), [body, faces]);
  if (!body) return null;
  return (
    <HereContext value={place}>
      <ol className="outline-list">
        {order.slice(0, shown).map((id) => (
          <OutlineNode
            key={id}
            id={id}
            title={titles.get(id) ?? id}
            body={body}
            faces={faces}
            order={order}
            level={level}
            run={prefix === null ? null : `${prefix}${id}`}
            openAtFirst={order.length <= OPEN_AT_FIRST}
          />
        ))}
      </ol>
      {shown < order.length && (
        <Button onPress={() => setShown(shown + PAGE)}>
          {t("outline.more", { count: Math.min(PAGE, order.length - shown) })}
        </Button>
      )}
    </HereContext>
  );
}
