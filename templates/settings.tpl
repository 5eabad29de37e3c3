{{%AUTOESCAPE context="HTML"}}<a class="skip" href="#main">Skip to the content</a>
<header class="bar">
  <a class="brand" href="/settings/api-keys"><bdi>{{TENANT_NAME}}</bdi></a>
  <details class="user">
    <summary><bdi>{{EMAIL}}</bdi></summary>
    <div class="menu">
      <a href="/settings/api-keys">API Keys</a>
      <form method="post" action="/logout">
        <input type="hidden" name="csrf" value="{{CSRF}}">
        <button type="submit">Sign out</button>
      </form>
    </div>
  </details>
</header>
<div class="settings">
  <nav aria-label="Settings">
    <a href="/settings/api-keys" aria-current="page">API Keys</a>
  </nav>
  <main id="main">
{{>CONTENT}}
  </main>
</div>
