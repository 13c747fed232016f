import { Ellipsis } from 'lucide-react'
import type { ReactNode } from 'react'
import { useI18n } from '@/i18n'
import { Button } from './ui/button'
import { Menu } from './ui/menu'

/** The actions of one row. The row may be clickable itself: this must not reach it. */
export function RowMenu({ name, children }: { name: string; children: ReactNode }) {
  const { t } = useI18n()
  return (
    <span onClick={(event) => event.stopPropagation()}>
      <Menu
        trigger={
          <Button variant="ghost" size="icon-sm" aria-label={t('common.actionsFor', { name })}>
            <Ellipsis aria-hidden />
          </Button>
        }
      >
        {children}
      </Menu>
    </span>
  )
}
