{{%AUTOESCAPE context="HTML"}}<section class="card narrow" aria-labelledby="title">
  <h1 id="title">Create API Key</h1>
  <p>Give your API key a name to help you identify it later.</p>
  <form method="post" action="/settings/api-keys">
    <input type="hidden" name="csrf" value="{{CSRF}}">
    <input type="hidden" name="once" value="{{ONCE}}">
    <label for="name">Name</label>
    <input id="name" name="name" type="text" value="{{NAME}}" placeholder="e.g., Zapier, Scripts, Testing" autocomplete="off" required autofocus{{#INVALID}} aria-invalid="true" aria-describedby="name-error"{{/INVALID}}>
    {{#ERROR}}<p class="error" id="name-error" role="alert">{{ERROR_TEXT}}</p>{{/ERROR}}
    <div class="actions">
      <a class="button" href="/settings/api-keys">Cancel</a>
      <button class="primary" type="submit">Create Key</button>
    </div>
  </form>
</section>
