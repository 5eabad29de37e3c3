{{%AUTOESCAPE context="HTML"}}<section class="card narrow" aria-labelledby="confirm-title">
{{>CONFIRM_FORM}}
</section>
