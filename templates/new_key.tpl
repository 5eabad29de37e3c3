{{%AUTOESCAPE context="HTML"}}<section class="card narrow" aria-labelledby="create-title">
{{>NEW_KEY_FORM}}
</section>
