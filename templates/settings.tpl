{{%AUTOESCAPE context="HTML"}}<a class="skip button" href="#main">Skip to the content</a>
<header class="bar">
  <a class="brand" href="/settings/api-keys"><span class="mark"><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#key-round"></use></svg></span><bdi translate="no">{{TENANT_NAME}}</bdi></a>
  <details class="user" data-menu>
    <summary><span class="avatar"><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#user-round"></use></svg></span><span class="hidden">Account of </span><bdi translate="no">{{EMAIL}}</bdi><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#chevron-down"></use></svg></summary>
    <div class="menu">
      <p class="quiet">Signed in as<br><bdi translate="no">{{EMAIL}}</bdi></p>
      <a href="/settings/api-keys"><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#key-round"></use></svg>API Keys</a>
      <form method="post" action="/logout">
        <input type="hidden" name="csrf" value="{{CSRF}}">
        <input type="hidden" name="pageOf" value="{{PAGE_OF}}">
        <button type="submit"><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#log-out"></use></svg>Sign out</button>
      </form>
    </div>
  </details>
</header>
<div class="settings">
  <nav aria-label="Settings">
    <a href="/settings/api-keys" aria-current="page"><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#key-round"></use></svg>API Keys</a>
  </nav>
  <main id="main" tabindex="-1">
{{>CONTENT}}
  </main>
</div>
