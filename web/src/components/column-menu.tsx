import { Columns3 } from 'lucide-react'
import { useI18n, type MessageKey } from '@/i18n'
import { Button } from './ui/button'
import { Menu, MenuCheck } from './ui/menu'

interface ColumnMenuProps {
  choices: readonly { id: string; label: MessageKey }[]
  hidden: string[]
  onToggle: (id: string, visible: boolean) => void
}

/** Which columns of a table are shown. */
export function ColumnMenu({ choices, hidden, onToggle }: ColumnMenuProps) {
  const { t } = useI18n()
  return (
    <Menu
      trigger={
        <Button>
          <Columns3 aria-hidden />
          {t('common.columns')}
        </Button>
      }
    >
      {choices.map((each) => (
        <MenuCheck
          key={each.id}
          checked={!hidden.includes(each.id)}
          onCheckedChange={(checked) => onToggle(each.id, checked)}
        >
          {t(each.label)}
        </MenuCheck>
      ))}
    </Menu>
  )
}
