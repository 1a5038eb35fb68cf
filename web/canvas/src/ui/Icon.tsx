/** The editor's own line icons, 16 units wide. Decoration only: the control around one has the name. */

const PATHS = {
  play: "M5 3.5v9l7.5-4.5z",
  stop: "M4.5 4.5h7v7h-7z",
  undo: "M6 4 3 7l3 3M3 7h6.5a3.5 3.5 0 0 1 0 7H7",
  redo: "m10 4 3 3-3 3M13 7H6.5a3.5 3.5 0 0 0 0 7H9",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  close: "m4 4 8 8M12 4l-8 8",
  check: "m3 8.5 3.5 3.5L13 4.5",
  warn: "M8 2.5 14.5 13.5h-13zM8 6.5v3.5M8 12v.1",
  queue: "M3 4h10M3 8h10M3 12h6",
  plan: "m2.5 4.500 1.200 1.200 2-2.400M2.500 11l1.200 1.200 2-2.400M8.500 5h5M8.500 11.500h5",
  gallery: "M2.5 3h11v10h-11zM2.5 10.5l3-3 3 3 2-2 3 3M10.5 6v.1",
  library: "M3 2.5h3v11H3zM6 2.5h3v11H6zM9.3 3.2l2.6-.7 2.6 10.2-2.6.7z",
  canvas: "M2 3h5v4H2zM9 9h5v4H9zM7 5h2.5v6",
  form: "M3 3h10v3H3zM3 9h10v3H3z",
  outline: "M3 4h.1M3 8h.1M3 12h.1M6 4h7M6 8h7M6 12h7",
  dice: "M3 3h10v10H3zM5.7 5.7v.1M10.3 5.7v.1M8 8v.1M5.7 10.3v.1M10.3 10.3v.1",
  lock: "M4 7h8v6.5H4zM5.5 7V5a2.5 2.5 0 0 1 5 0v2",
  next: "M3.5 8h8M8.5 4.5 12 8l-3.5 3.5",
  more: "M3.5 8h.1M8 8h.1M12.5 8h.1",
  grip: "M6 4h.1M10 4h.1M6 8h.1M10 8h.1M6 12h.1M10 12h.1",
  down: "m4 6 4 4 4-4",
  right: "m6 4 4 4-4 4",
  fit: "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3",
  settings:
    "M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6 5 5M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.2 10.2 14 14",
  image: "M2.5 3h11v10h-11zM2.5 11l3.5-3.5 4 4M10.5 6v.1",
  save: "M3 3h8l2 2v8H3zM5.5 3v3.5h4V3M5 13V9.5h6V13",
  folder: "M2 4h4l1.5 1.5H14v7.5H2z",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  retry: "M13 8a5 5 0 1 1-1.5-3.5L13 6M13 2.5V6H9.5",
  trash: "M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.6 9h5.8l.6-9M6.7 7v4M9.3 7v4",
  up: "m4 10 4-4 4 4",
  expand: "M9.5 2.5h4v4M13.5 2.5 9 7M6.5 13.5h-4v-4M2.5 13.5 7 9",
  mute: "M2.5 6h2.5l3.5-3v10l-3.5-3H2.5zM11 6l3 4M14 6l-3 4",
  bypass: "M2 11h3c2 0 2-6 4-6h5M11.5 2.5 14 5l-2.5 2.5",
  brush: "M13.5 2.5 7.5 8.5M7.5 8.5c-2 0-2.5 1-3 2.5s-1 2-2 2.5c2.5 1 6.500.5 6.500-3.5z",
  eraser:
    "M6 13.5h7.5M2.8 9.7l6.4-6.4a1.2 1.2 0 0 1 1.7 0l2.3 2.3a1.2 1.2 0 0 1 0 1.700L7 13.500H5.200L2.800 11.300a1.200 1.200 0 0 1 0-1.600zM6 6.500l3.700 3.700",
  bucket:
    "M7.500 2.500 13 8l-5.300 5.300a1 1 0 0 1-1.400 0L2.500 9.500a1 1 0 0 1 0-1.400zM3 8.800h9.200M14 11v.1",
  polygon: "M8 2.500 13.500 6.500 11.500 13h-7L2.500 6.500z",
  copy: "M5.500 5.500h8v8h-8zM3 10.500H2.500v-8h8V3",
  box: "M2.5 4.5h11v7h-11zM2.5 4.5h.1M13.5 11.5h.1",
  share:
    "M12 5.500a1.500 1.500 0 1 0 0-3 1.500 1.500 0 0 0 0 3M4 9.500a1.500 1.500 0 1 0 0-3 1.500 1.500 0 0 0 0 3M12 13.500a1.500 1.500 0 1 0 0-3 1.500 1.500 0 0 0 0 3M5.300 7.300l5.400-2.600M5.300 8.700l5.400 2.600",
  compare: "M8 2v12M2.5 4h4v8h-4zM9.500 4h4v8h-4",
  keyboard: "M1.500 4.500h13v7h-13zM4 7h.1M6.500 7h.1M9 7h.1M11.500 7h.1M5 9.500h6",
  download: "M8 2.500v8M4.500 7 8 10.500 11.500 7M3 13.500h10",
  upload: "M8 10.500v-8M4.500 6 8 2.500 11.500 6M3 13.500h10",
  zoom_in: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.2 10.2 14 14M7 5v4M5 7h4",
  zoom_out: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.2 10.2 14 14M5 7h4",
  map: "M2.5 3h11v10h-11zM8.5 8h3v3h-3zM4.5 5h3v2h-3z",
  link: "M6.5 9.5l3-3M7.5 4.5l1-1a2.8 2.8 0 0 1 4 4l-1 1M8.5 11.5l-1 1a2.8 2.8 0 0 1-4-4l1-1",
  ports: "M5.5 3h5v10h-5zM2 6h3.5M2 10h3.5M10.5 8H14",
  parts: "M2.5 3h11v10h-11zM5 6h2.5v3H5zM10 8h1.5M7.5 7.5H10v2.500h1.500",
  enter: "M6 4.500h7v7H6M2.500 8h6.500M6.500 5.500 9 8l-2.500 2.500",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width={size} height={size} aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
