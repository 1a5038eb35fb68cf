/** What can be done with an input or output of a node: putting it into the interface, and taking it out. */

import "../ui/menu.css";
import "./context-menu.css";
import { useRef } from "react";
import { Menu, MenuItem, Popover } from "react-aria-components";
import { togglePromoted } from "../actions/subgraph.ts";
import { clearInput } from "../graph/commands/inputs.ts";
import { promotedAs } from "../graph/commands/interface.ts";
import { cut, lead } from "../graph/commands/leading.ts";
import { portsOf } from "../graph/face.ts";
import { INPUTS_CARD, isPortCard } from "../graph/port-cards.ts";
import { fitsInput } from "../graph/shape.ts";
import { bodyAt } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useDocuments, usePlace, useWorkflow } from "../state/documents.ts";
import { type SocketAt, useGestures } from "../state/gestures.ts";
import { currentScene } from "../state/scene.ts";
import { useUi } from "../state/ui.ts";
import { useView } from "../state/view.ts";
import { looseEnd } from "../state/wiring.ts";

export function SocketMenu({ socket }: { readonly socket: SocketAt }) {
  const t = useT();
  const anchor = useRef<HTMLSpanElement>(null);
  const workflow = useWorkflow();
  const place = usePlace();
  const catalogue = useCatalogue((state) => state.catalogue);
  const edit = useDocuments((state) => state.edit);
  const { corner } = useView.getState();
  const { node, name, output, at } = socket;
  const scene = currentScene();
  const close = () => useGestures.getState().openSocketMenu(null);
  if (!workflow) return null;
  const body = bodyAt(workflow, place);
  const promoted = output
    ? [...body.interface.outputs.values()].some((one) => one.node === node && one.output === name)
    : promotedAs(body.interface, node, name) !== null;
  const input = output ? undefined : scene?.nodes.get(node)?.face.inputs.find((one) => one.name === name);
  const ports =
    input && !promoted
      ? portsOf(workflow, body, catalogue).filter((one) => fitsInput(one.shape, input.shape, input.many))
      : [];
  const end = scene && !isPortCard(node) ? looseEnd(scene, node, output ? "output" : "input", name) : null;
  const links =
    scene?.edges.filter((edge) =>
      output ? edge.source === node && edge.output === name : edge.target === node && edge.input === name,
    ) ?? [];
  const written = links.length === 0 && body.nodes.get(node)?.inputs.has(name) === true;
  const title = input?.title ?? name;
  const leadFrom = (port: string) =>
    edit(t("edit.connect"), (document, here) => {
      const link = { source: INPUTS_CARD, output: port, target: node, input: name, many: false };
      return lead(document, here, link);
    });
  return (
    <>
      <span
        ref={anchor}
        className="menu-anchor"
        style={{ left: at[0] - corner[0], top: at[1] - corner[1] }}
      />
      <Popover
        className="menu-popover"
        triggerRef={anchor}
        isOpen
        onOpenChange={(open) => !open && close()}
        placement="bottom start"
        offset={2}
      >
        <Menu className="menu" aria-label={title} onClose={close} autoFocus="first">
          {end && !input?.fixed && (
            <MenuItem className="menu-item" onAction={() => useUi.getState().openDialog("connect", end)}>
              {t("menu.connect")}
            </MenuItem>
          )}
          {links.length > 0 && (
            <MenuItem
              className="menu-item"
              onAction={() =>
                edit(t("edit.disconnect"), (document, here) =>
                  // the last of a list first, so that those before it keep their places
                  links.reduceRight((now, edge) => cut(now, here, edge), document),
                )
              }
            >
              {t("menu.disconnect")}
            </MenuItem>
          )}
          <MenuItem className="menu-item" onAction={() => togglePromoted(node, name, output)}>
            {t(promoted ? "menu.demote" : "menu.promote")}
          </MenuItem>
          {ports.map((one) => (
            <MenuItem key={one.name} className="menu-item" onAction={() => leadFrom(one.name)}>
              {t("ports.take", { title: one.title })}
            </MenuItem>
          ))}
          {input && !input.required && written && (
            <MenuItem
              className="menu-item"
              onAction={() =>
                edit(t("control.reset"), (document, here) => clearInput(document, here, node, name))
              }
            >
              {t("control.reset")}
            </MenuItem>
          )}
        </Menu>
      </Popover>
    </>
  );
}
