import { fromPlain } from "../graph/json.ts";
import { useT } from "../i18n/i18n.ts";
import { IconButton } from "../ui/Button.tsx";
import type { ControlProps } from "./control-props.ts";
import { NumberControl } from "./NumberControl.tsx";

/** A seed, with a new one at a touch. */
export function SeedControl(props: ControlProps) {
  const t = useT();
  return (
    <>
      <NumberControl {...props} />
      <IconButton
        icon="dice"
        label={t("control.seed.random")}
        onPress={() =>
          props.set(fromPlain(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0), crypto.randomUUID())
        }
      />
    </>
  );
}
