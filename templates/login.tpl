{{%AUTOESCAPE context="HTML"}}<main class="narrow card">
  <h1>Sign in</h1>
  <p>to <bdi>{{TENANT_NAME}}</bdi></p>
  {{#ERROR}}<p class="error" role="alert" id="error">{{ERROR_TEXT}}</p>{{/ERROR}}
  <form method="post" action="/login">
    <input type="hidden" name="csrf" value="{{CSRF}}">
    <input type="hidden" name="callbackUrl" value="{{CALLBACK_URL}}">
    <label for="email">E-mail</label>
    <input id="email" name="email" type="email" autocomplete="username" required value="{{EMAIL}}"{{#FOCUS_EMAIL}} autofocus{{/FOCUS_EMAIL}}>
    <label for="password">Password</label>
    <input id="password" name="password" type="password" autocomplete="current-password" required{{#FOCUS_PASSWORD}} autofocus{{/FOCUS_PASSWORD}}>
    <button class="primary" type="submit">Sign in</button>
  </form>
</main>
