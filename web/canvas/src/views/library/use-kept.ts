import { useCallback, useEffect, useRef, useState } from "react";
import { listWorkflows, type WorkflowSummary } from "../../server/library.ts";
import { wordsOfTrouble } from "../../state/trouble.ts";

/** Some of the library, as far as it was read. */
export interface KeptPages {
  readonly workflows: readonly WorkflowSummary[] | null;
  readonly hasMore: boolean;
  readonly trouble: string;
  readonly more: () => void;
  readonly refresh: () => void;
}

const PAUSE = 200; // milliseconds without a key before the server is asked

/** The workflows of the library that a search finds, page by page. */
export function useKept(search: string, bin: boolean): KeptPages {
  const [workflows, setWorkflows] = useState<readonly WorkflowSummary[] | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const [trouble, setTrouble] = useState("");
  const asking = useRef<AbortController | null>(null);

  const read = useCallback(
    async (from: number | null) => {
      asking.current?.abort();
      asking.current = new AbortController();
      const { signal } = asking.current;
      try {
        const page = await listWorkflows({ search, bin, cursor: from }, signal);
        if (signal.aborted) return;
        setWorkflows((before) => (from === null ? page.workflows : [...(before ?? []), ...page.workflows]));
        setCursor(page.cursor);
        setTrouble("");
      } catch (error) {
        if (!signal.aborted) setTrouble(wordsOfTrouble(error));
      }
    },
    [search, bin],
  );

  useEffect(() => {
    const timer = setTimeout(() => void read(null), search ? PAUSE : 0);
    return () => clearTimeout(timer);
  }, [read, search]);
  useEffect(() => () => asking.current?.abort(), []);

  const more = useCallback(() => void read(cursor), [read, cursor]);
  const refresh = useCallback(() => void read(null), [read]);
  return { workflows, hasMore: cursor !== null, trouble, more, refresh };
}
