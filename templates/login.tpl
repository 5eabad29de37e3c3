{{%AUTOESCAPE context="HTML"}}<main class="alone">
  <div class="card" id="login">
    <span class="mark"><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#key-round"></use></svg></span>
    <h1>Sign in</h1>
    <p class="quiet">to <bdi translate="no">{{TENANT_NAME}}</bdi></p>
    <p class="callout" id="ended"{{#NOT_ENDED}} hidden{{/NOT_ENDED}}><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#circle-alert"></use></svg><span>Your session has ended, and nothing was changed. Sign in to go on where you were.</span></p>
    {{#ERROR}}
    <p class="callout bad" role="alert" id="error"><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#circle-alert"></use></svg><span>{{ERROR_TEXT}}</span></p>
    {{/ERROR}}
    <form method="post" action="/login">
      <input type="hidden" name="csrf" value="{{CSRF}}">
      <input type="hidden" name="callbackUrl" value="{{CALLBACK_URL}}">
      <label for="email">E-mail</label>
      <input id="email" name="email" type="email" autocomplete="username" required value="{{EMAIL}}"{{#ERROR}} aria-describedby="error"{{/ERROR}}{{#FOCUS_EMAIL}} autofocus{{/FOCUS_EMAIL}}>
      <label for="password">Password</label>
      <div class="within">
        <input id="password" name="password" type="password" autocomplete="current-password" required{{#ERROR}} aria-describedby="error"{{/ERROR}}{{#FOCUS_PASSWORD}} autofocus{{/FOCUS_PASSWORD}}>
        <button class="plain" type="button" aria-pressed="false" aria-label="Show password" data-shows="password" data-scripted hidden><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#eye"></use></svg></button>
      </div>
      <button class="primary wide" type="submit">Sign in</button>
    </form>
  </div>
</main>
