import "react";

declare module "react" {
  interface CSSProperties {
    /** Custom properties carry what only the document knows: a node's colour, a type's. */
    [name: `--${string}`]: string | number | undefined;
  }
}
