/**
 * Parts of the page whose files are fetched when they are first needed. While the server is away nothing is fetched,
 * for a browser does not ask again for a module that did not come: the place says so, and the part comes with the
 * server. One that did not come nevertheless needs a reload. The rest of the page goes on in any case.
 */

import "./later.css";
import { Component, type ComponentType, lazy, type ReactNode } from "react";
import { type Key, useT } from "../i18n/i18n.ts";
import { useSession } from "../state/session.ts";
import { Button, IconButton } from "./Button.tsx";

/** A part did not come. */
class Missing extends Error {}

interface Later<P> {
  (props: P): ReactNode;
  /** Fetch it before it is needed. */
  ahead(): void;
}

/** A component that is loaded when it is first drawn. One that a person can leave has a `close`. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): Later<P> {
  let coming: Promise<ComponentType<P>> | null = null;
  const fetched = async () => {
    coming ??= load();
    try {
      return { default: await coming };
    } catch (cause) {
      throw new Missing("A part of the page did not come.", { cause });
    }
  };
  const Part = lazy(fetched) as unknown as ComponentType<P>;
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each part, as React's own `lazy` is
  function Drawn(props: P) {
    const isAway = useSession((state) => state.connection === "away");
    const { close } = props as { readonly close?: unknown };
    const leave = typeof close === "function" ? () => close() : undefined;
    if (isAway && coming === null) return <Trouble words="part.missing" leave={leave} />;
    return (
      <Boundary leave={leave}>
        <Part {...props} />
      </Boundary>
    );
  }
  const ahead = () => {
    if (useSession.getState().connection !== "away") fetched().catch(() => {}); // said where it is drawn
  };
  return Object.assign(Drawn, { ahead });
}

interface BoundaryProps {
  readonly children: ReactNode;
  /** Leave it, where a person can. */
  readonly leave?: (() => void) | undefined;
}

/** Keeps what goes wrong in a part of the page to that part. */
export class Boundary extends Component<BoundaryProps, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    const { children, leave } = this.props;
    if (error === null) return children;
    if (error instanceof Missing) return <Trouble words="part.lost" act="connection.reload" leave={leave} />;
    const retry = () => this.setState({ error: null });
    return <Trouble words="part.broken" act="panel.retry" run={retry} leave={leave} />;
  }
}

interface TroubleProps {
  readonly words: Key;
  /** What can be done about it; the page is loaded anew where nothing else is said. */
  readonly act?: Key;
  readonly run?: () => void;
  readonly leave: (() => void) | undefined;
}

function Trouble({ words, act, run = () => location.reload(), leave }: TroubleProps) {
  const t = useT();
  return (
    <div className="part-trouble" role="alert">
      <p>{t(words)}</p>
      {act && (
        <Button icon="retry" onPress={run}>
          {t(act)}
        </Button>
      )}
      {leave && <IconButton icon="close" label={t("toast.dismiss")} onPress={leave} />}
    </div>
  );
}
