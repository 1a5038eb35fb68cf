/** The workflow as a plain app: the inputs of its interface, a button, and what comes out. */

import "./form-view.css";
import { type Face, facesOf } from "../graph/face.ts";
import { textIn } from "../graph/json.ts";
import { bodyAt, type InterfaceInput } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useWorkflow } from "../state/documents.ts";
import { run } from "../state/running.ts";
import { useUi } from "../state/ui.ts";
import { Button } from "../ui/Button.tsx";
import { FormField } from "./FormField.tsx";
import { RunResult } from "./RunResult.tsx";

export function FormView() {
  const t = useT();
  const workflow = useWorkflow();
  const catalogue = useCatalogue((state) => state.catalogue);
  if (!workflow) return null;
  const body = bodyAt(workflow, null);
  const faces = facesOf(workflow, body, catalogue);
  const fields = [...body.interface.inputs].filter(([, one]) => body.nodes.has(one.node));
  return (
    <div className="form-view">
      <form
        className="form-inputs"
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <h1>{textIn(workflow, ["name"]) || t("tab.untitled")}</h1>
        <p className="form-about">{textIn(workflow, ["description"])}</p>
        {fields.length === 0 && <NoFields />}
        {fields.map(([name, one]) => (
          <FormField key={name} name={name} field={one} face={faceAt(faces, one)} body={body} />
        ))}
        <div className="form-actions">
          <Button type="submit" tone="accent" icon="play">
            {t("run.go")}
          </Button>
        </div>
      </form>
      <RunResult />
    </div>
  );
}

function faceAt(faces: ReadonlyMap<string, Face>, field: InterfaceInput) {
  return faces.get(field.node)?.inputs.find((one) => one.name === field.input);
}

function NoFields() {
  const t = useT();
  const setView = useUi((state) => state.setView);
  return (
    <div className="form-empty">
      <p>{t("form.empty")}</p>
      <Button icon="canvas" onPress={() => setView("canvas")}>
        {t("form.to_canvas")}
      </Button>
    </div>
  );
}
