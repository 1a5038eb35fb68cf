/** What concerns the whole page: the server is away, or is newer than this page. */

import "./banners.css";
import { useEffect, useState } from "react";
import { useT } from "../i18n/i18n.ts";
import { reconnect, useServer } from "../state/connection.ts";
import { useSession } from "../state/session.ts";
import { Button } from "../ui/Button.tsx";

const PATIENCE = 1000; // milliseconds before an interruption is worth a word

export function Banners() {
  const t = useT();
  const isNewer = useServer((state) => state.isNewer);
  const isAway = useAway();
  return (
    <div className="banners" role="status">
      {isAway && (
        <div className="banner" data-tone="bad">
          <p>{t("connection.away")}</p>
          <Button icon="retry" onPress={reconnect}>
            {t("connection.retry")}
          </Button>
        </div>
      )}
      {isNewer && (
        <div className="banner" data-tone="info">
          <p>{t("connection.newer")}</p>
          <Button icon="retry" onPress={() => location.reload()}>
            {t("connection.reload")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Whether the server has been away for a while; it is until the stream is open again. */
function useAway(): boolean {
  const isOpen = useSession((state) => state.connection === "open");
  const [isAway, setAway] = useState(false);
  useEffect(() => {
    if (isOpen) return setAway(false);
    const timer = setTimeout(() => setAway(true), PATIENCE);
    return () => clearTimeout(timer);
  }, [isOpen]);
  return isAway;
}
