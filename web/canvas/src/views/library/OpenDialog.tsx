import "./library.css";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useT } from "../../i18n/i18n.ts";
import { chooseFiles } from "../../state/importing.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { TemplateGallery } from "../templates/TemplateGallery.tsx";
import { KeptList } from "./KeptList.tsx";

const SECTIONS = ["library", "templates", "file", "bin"] as const;

/** Everything that can be opened: what the library keeps, templates, files of this computer, the bin. */
export function OpenDialog({ about, close }: { readonly about: unknown; readonly close: () => void }) {
  const t = useT();
  const { section } = about as { readonly section: (typeof SECTIONS)[number] };
  return (
    <Dialog title={t("open.title")} close={close} size="large">
      <Tabs className="open-sections" defaultSelectedKey={section}>
        <TabList className="open-tabs" aria-label={t("open.sections")}>
          {SECTIONS.map((one) => (
            <Tab key={one} id={one} className="open-tab">
              {t(`open.${one}`)}
            </Tab>
          ))}
        </TabList>
        <TabPanel id="library" className="open-panel">
          <KeptList bin={false} close={close} />
        </TabPanel>
        <TabPanel id="templates" className="open-panel">
          <TemplateGallery close={close} />
        </TabPanel>
        <TabPanel id="file" className="open-panel">
          <ChooseFile close={close} />
        </TabPanel>
        <TabPanel id="bin" className="open-panel">
          <KeptList bin close={close} />
        </TabPanel>
      </Tabs>
    </Dialog>
  );
}

function ChooseFile({ close }: { readonly close: () => void }) {
  const t = useT();
  const choose = () => {
    chooseFiles();
    close();
  };
  return (
    <div className="library-empty">
      <p>{t("import.how")}</p>
      <Button tone="accent" icon="folder" onPress={choose}>
        {t("import.choose")}
      </Button>
    </div>
  );
}
