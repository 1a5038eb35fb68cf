import { fromPlain, numberOf, toPlain } from "../graph/json.ts";
import { useT } from "../i18n/i18n.ts";
import { freshId } from "../state/fresh-id.ts";
import { IconButton } from "../ui/Button.tsx";
import { type ControlProps, currentValue } from "./control-props.ts";
import { NumberControl } from "./NumberControl.tsx";

/** A seed, with the next one and another one at a touch. Each press is a step of its own in the history. */
export function SeedControl(props: ControlProps) {
  const t = useT();
  const now = currentValue(props);
  const next = () => {
    const plain = now === undefined ? 0 : toPlain(now);
    const number = typeof plain === "bigint" ? plain + 1n : BigInt(Math.trunc(numberOf(now) ?? 0)) + 1n;
    const most = BigInt(props.input.schema?.maximum ?? Number.MAX_SAFE_INTEGER);
    const seed = number > most ? 0n : number;
    props.set(fromPlain(seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed), freshId());
  };
  return (
    <>
      <NumberControl {...props} />
      <IconButton icon="next" label={t("control.seed.next")} onPress={next} />
      <IconButton
        icon="dice"
        label={t("control.seed.random")}
        onPress={() => props.set(randomSeed(), freshId())}
      />
    </>
  );
}

/** A seed that nobody chose: 32 bits are enough to never meet one twice, and few enough to be told. */
function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
