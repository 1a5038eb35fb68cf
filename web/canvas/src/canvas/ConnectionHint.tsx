/** Beside the pointer while a link is drawn: where it would lead, or why it can not. */

import "./connection-hint.css";
import { useGestures } from "../state/gestures.ts";
import { useView } from "../state/view.ts";
import { Icon } from "../ui/Icon.tsx";

export function ConnectionHint() {
  const from = useGestures((state) => state.from);
  const target = useGestures((state) => state.target);
  const pointer = useGestures((state) => state.pointer);
  const corner = useView((state) => state.corner);
  const words = target ? target.refusal || target.words : "";
  return (
    <div role="status" className="connection-hint-place">
      {from && target && (
        <div
          className="connection-hint"
          data-refused={target.refusal !== "" || undefined}
          style={{ left: pointer[0] - corner[0] + 18, top: pointer[1] - corner[1] + 18 }}
        >
          <Icon name={target.refusal ? "close" : "check"} size={14} />
          {words}
        </div>
      )}
    </div>
  );
}
