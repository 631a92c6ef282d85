// Improves pages that work without it: suggestions in the search field, filters open on wide screens, printing.
// No inline handlers or styles: the content policy allows scripts and styles from our own address only.
(() => {
  'use strict'

  const WAIT = 150 // milliseconds of silence before asking: fast typing makes one request, not ten
  const SHORTEST = 2 // letters before the first suggestion

  const escaped = text => {
    const box = document.createElement('span')
    box.textContent = text
    return box.innerHTML
  }

  // A suggestion is {text, kind, url}; while a text is being edited the component passes it as a plain string.
  const textOf = option => (typeof option === 'string' ? option : option ? option.text : '')

  const rendered = option => {
    const kind = option.kind ? `<span class="suggestion__kind">${escaped(option.kind)}</span>` : ''
    return `<span>${escaped(textOf(option))}</span>${kind}`
  }

  /**
   * Asks the server; a newer question cancels the one before, and an error means no suggestions, never a message.
   * isTyping: an answer that comes when the reader has left the field or walks through the list is thrown away, since
   * it would open the list again or pull it from under the finger. known: what stood in the field; nobody asked for that.
   */
  const asker = (address, known, isTyping) => {
    let timer
    let running
    return (query, show) => {
      clearTimeout(timer)
      if (running) running.abort()
      if (query === known) {
        show([])
        return
      }
      timer = setTimeout(async () => {
        running = new AbortController()
        const url = new URL(address, document.baseURI)
        url.searchParams.set('q', query)
        try {
          const answer = await fetch(url, { signal: running.signal, headers: { Accept: 'application/json' } })
          const found = answer.ok ? (await answer.json()).suggestions : []
          if (isTyping()) show(found)
        } catch (error) {
          if (error.name !== 'AbortError' && isTyping()) show([])
        }
      }, WAIT)
    }
  }

  const choose = (form, option) => {
    if (!option) return
    if (option.url) {
      location.assign(option.url)
      return
    }
    form.elements.q.value = textOf(option)
    form.requestSubmit()
  }

  /** Puts the component in place of the plain field; what was typed, the focus and the cursor stay. */
  const replace = (form, field) => {
    const said = form.dataset
    const place = document.createElement('div')
    const [start, end] = [field.selectionStart, field.selectionEnd]
    let input
    const kept = [...field.attributes].filter(({ name }) => !['id', 'name', 'type', 'value', 'class'].includes(name))
    field.replaceWith(place)
    window.accessibleAutocomplete({
      element: place,
      id: field.id,
      name: field.name,
      inputClasses: field.className,
      minLength: SHORTEST,
      displayMenu: 'overlay',
      confirmOnBlur: false,
      showNoOptionsFound: false,
      source: asker(said.suggest, field.defaultValue, () => document.activeElement === input),
      templates: { inputValue: textOf, suggestion: rendered },
      onConfirm: option => choose(form, option),
      tAssistiveHint: () => said.suggestHint,
      tStatusQueryTooShort: () => '',
      tStatusNoResults: () => said.suggestNone,
      tStatusSelectedOption: (option, length, index) => `${option} (${index + 1}/${length})`,
      tStatusResults: (length, chosen) => `${said.suggestCount} ${length}. ${chosen}`
    })
    input = place.querySelector('input')
    // Given as the component's default the old words would become its first suggestion.
    input.value = field.value
    input.dispatchEvent(new Event('input', { bubbles: true }))
    for (const { name, value } of kept) if (!input.hasAttribute(name)) input.setAttribute(name, value)
    // With the list open the component swallows Enter although nothing is chosen in it; then it means "search".
    place.addEventListener('keydown', event => {
      if (event.key !== 'Enter' || event.isComposing || input.getAttribute('aria-activedescendant')) return
      event.preventDefault()
      event.stopPropagation()
      form.requestSubmit()
    }, true)
    input.focus({ preventScroll: true })
    input.setSelectionRange(start, end)
    // The component selects everything a moment after it gets the focus: the next key would wipe out the words.
    input.setSelectionRange = () => {}
  }

  const prepare = form => {
    const field = form.elements.q
    const load = () => {
      const script = document.createElement('script')
      script.src = form.dataset.suggestScript
      script.addEventListener('load', () => {
        const start = () => { if (document.activeElement === field) replace(form, field) }
        if (field.dataset.composing) field.addEventListener('compositionend', start, { once: true })
        else start()
        // Left before the script came: the plain field stays until it is entered again.
        if (field.isConnected) field.addEventListener('focus', start, { once: true })
      })
      document.head.append(script)
    }
    field.addEventListener('compositionstart', () => { field.dataset.composing = 'yes' })
    field.addEventListener('compositionend', () => { delete field.dataset.composing })
    if (document.activeElement === field) load()
    else field.addEventListener('focus', load, { once: true })
  }

  document.querySelectorAll('form[data-suggest]').forEach(prepare)

  // Addresses are shared and read: what was left empty need not stand in them.
  document.querySelectorAll('form.search').forEach(form => form.addEventListener('formdata', ({ formData }) => {
    if (!formData.get('plz')) formData.delete('umkreis')
    for (const name of ['q', 'plz']) if (!formData.get(name)) formData.delete(name)
  }))

  // Browsers without ::details-content cannot show closed filters beside the results by style alone.
  if (!CSS.supports('selector(::details-content)') && matchMedia('(min-width: 62rem)').matches) {
    document.querySelectorAll('.filter-panel').forEach(panel => { panel.open = true })
  }

  // An open list of languages closes with Escape and with a click beside it.
  const languages = document.querySelector('.languages')
  if (languages) {
    document.addEventListener('click', event => { if (!languages.contains(event.target)) languages.open = false })
    languages.addEventListener('keydown', event => {
      if (event.key !== 'Escape' || !languages.open) return
      languages.open = false
      languages.querySelector('summary').focus()
    })
  }

  // Buttons that only a script can serve are hidden until there is one.
  document.querySelectorAll('[data-print]').forEach(button => {
    button.hidden = false
    button.addEventListener('click', () => print())
  })
})()
