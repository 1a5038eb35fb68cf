/** Everything that is wrong with the document; each line leads to its node. */

import { useT } from "../i18n/i18n.ts";
import { useFaults } from "../state/faults.ts";
import { useSelection } from "../state/selection.ts";

export function FaultsPanel() {
  const t = useT();
  const faults = useFaults((state) => state.faults);
  const select = useSelection((state) => state.select);
  if (faults.length === 0) return <p className="panel-empty">{t("faults.none")}</p>;
  return (
    <ul className="fault-list">
      {faults.map((fault) => (
        <li key={`${fault.code} ${fault.definition ?? ""} ${fault.node} ${fault.input} ${fault.message}`}>
          <button type="button" className="fault" onClick={() => fault.node && select([fault.node])}>
            <span className="fault-message">{fault.message}</span>
            {fault.hint && <span className="fault-hint">{fault.hint}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
